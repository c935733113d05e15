// Counts the readers of an issue while they are chosen, and finds what is typed. Without JavaScript the buttons do.
"use strict";

for (const form of document.querySelectorAll("form[data-counted]")) {
  let turn = 0;

  async function count() {
    const mine = ++turn;
    await new Promise((done) => setTimeout(done, 400));
    if (mine !== turn) return;
    const chosen = new FormData(form);
    chosen.set("count", "1");
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(chosen), credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== turn) return;
    const counts = form.dataset.counted.split(" ").map((id) => document.getElementById(id));
    for (const place of [...counts, ...form.querySelectorAll("[data-found]")]) {
      const now = page.getElementById(place.id);
      if (now && !place.contains(document.activeElement)) place.replaceChildren(...now.childNodes);
    }
  }

  for (const event of ["change", "input"]) form.addEventListener(event, () => count().catch(() => {}));
}
