// Shows what is likely to whoever comes to a line of `find.js` in which a language or a place stands already.
"use strict";

document.addEventListener("focusin", ({ target }) => {
  const { box } = target;
  if (!box || !target.dataset.first || target.getAttribute("aria-invalid") === "true") return;
  // After a mouse has put its mark there. Selecting takes the focus, from whoever has gone on, too.
  if (target.value) requestAnimationFrame(() => document.activeElement === target && target.select());
  box.turn += 1;
  box.show(JSON.parse(target.dataset.first).filter(({ label }) => label !== target.value));
  box.isLikely = true;
});
