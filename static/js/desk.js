// A page that waits for a worker looks again by itself, until the reader stops it. Without JavaScript there is the link.
"use strict";

for (const place of document.querySelectorAll("[data-reload]")) {
  const stop = place.querySelector("button");
  const timer = setTimeout(() => location.reload(), Number(place.dataset.reload));
  stop.hidden = false;
  stop.addEventListener("click", () => {
    clearTimeout(timer);
    stop.hidden = true;
  });
}
