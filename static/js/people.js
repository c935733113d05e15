// Shows who is found while a name is typed. Without JavaScript the button of the form looks.
"use strict";

for (const place of document.querySelectorAll("[data-people]")) {
  const typed = document.getElementById(place.dataset.typed);
  let last = 0;
  typed.addEventListener("input", async () => {
    const mine = ++last;
    await new Promise((done) => setTimeout(done, 250));
    if (mine !== last) return;
    const query = new URLSearchParams({ person: typed.value });
    const answer = await fetch(`${place.dataset.people}?${query}`, { credentials: "same-origin" });
    const html = await answer.text();
    if (answer.ok && mine === last) place.innerHTML = html;
  });
}
