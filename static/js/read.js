// The reading lane by keys: the letter on a button presses it. Everything works by the buttons alone.
"use strict";

{
  const stored = "lc-keys";
  const buttons = [...document.querySelectorAll("[data-key]")];
  const place = document.querySelector("[data-keys]");
  let isSent = false;
  let areOn = true;
  try {
    areOn = localStorage.getItem(stored) !== "off";
  } catch {
    // a browser that keeps nothing
  }

  const show = () => {
    for (const button of buttons) button.querySelector("kbd").hidden = !areOn;
    if (!place) return;
    const [words, toggle] = place.children;
    const now = areOn ? "on" : "off";
    words.textContent = place.dataset[now];
    toggle.textContent = toggle.dataset[now];
    place.hidden = false;
  };

  place?.querySelector("button").addEventListener("click", () => {
    areOn = !areOn;
    try {
      localStorage.setItem(stored, areOn ? "on" : "off");
    } catch {
      // it holds for this page
    }
    show();
  });
  show();

  // A page that is left keeps still: no second decision while the first is on its way.
  for (const form of document.forms) form.addEventListener("submit", () => (isSent = true));
  addEventListener("pageshow", () => (isSent = false));

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");
  // By the letter, or by its place where the keyboard writes other letters than Latin ones.
  const letterOf = ({ key, code }) => (/^[a-z]$/i.test(key) ? key.toLowerCase() : /^Key[A-Z]$/.test(code) && !/^\p{ASCII}$/u.test(key) ? code[3].toLowerCase() : "");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) {
      event.target.blur(); // so that the keys are heard again
      return;
    }
    if (!areOn || isSent || event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    const letter = letterOf(event);
    const button = letter && buttons.find((one) => one.dataset.key === letter && one.checkVisibility());
    if (!button) return;
    event.preventDefault();
    const needed = document.getElementById(button.dataset.needs);
    if (needed && !needed.value.trim()) needed.focus();
    else button.click();
  });
}

// What was decided is announced once, and the seconds that are left to undo it are counted.
{
  const offer = document.querySelector(".lc-undo");
  if (offer) {
    const announced = document.querySelector("[data-announced]");
    const left = offer.querySelector("[data-left]");
    const [button, key] = [offer.querySelector("button"), offer.querySelector("button kbd")];
    const until = performance.now() + Number(offer.dataset.seconds) * 1000;
    setTimeout(() => {
      const label = [...button.childNodes].filter((node) => node !== key).map((node) => node.textContent.trim()).join("");
      announced.textContent = `${offer.querySelector("[data-said]").textContent} ${label}: ${left.textContent}`;
    }, 100);
    const words = left.textContent;
    left.setAttribute("aria-hidden", "true");
    const timer = setInterval(() => {
      const seconds = Math.ceil((until - performance.now()) / 1000);
      if (seconds > 0) {
        left.textContent = words.replace(/\p{Nd}+/u, new Intl.NumberFormat(document.documentElement.lang).format(seconds));
        return;
      }
      clearInterval(timer);
      if (offer.contains(document.activeElement)) {
        const heading = document.querySelector("h1");
        heading.tabIndex = -1;
        heading.focus();
      }
      offer.remove();
    }, 1000);
  }
}
