// Shows what is typed a moment after it is typed. Without JavaScript the button "Preview" does.
"use strict";

for (const button of document.querySelectorAll("[formtarget=preview]")) {
  let turn = 0;

  async function show() {
    const mine = ++turn;
    await new Promise((done) => setTimeout(done, 700));
    if (mine !== turn || !button.form.checkValidity()) return;
    // Each look comes into a new frame: in one frame the browser's "back" would step through all of them.
    const frame = document.querySelector("iframe[name=preview]");
    const next = frame.cloneNode();
    next.removeAttribute("src");
    frame.replaceWith(next);
    button.form.requestSubmit(button);
  }

  for (const event of ["change", "input"]) button.form.addEventListener(event, show);
}
