// Makes pages nicer, never possible: everything works without it.
"use strict";

// Guess the time zone where none is given yet; the person can change it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-guess-zone]:not([data-find])")) {
  if (zone && !field.value) field.value = zone;
  if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = "";
}

// What the desk says of something refused takes the focus, as it does on the other pages by itself.
{
  const refused = document.querySelector(".errornote, .messagelist .error");
  if (refused && document.activeElement === document.body) {
    refused.tabIndex = -1;
    refused.focus();
  }
}

// A form that holds more than a request may is not sent: the server would refuse it unread, with all that was typed.
{
  const { most, tooMuch } = document.currentScript.dataset;

  const sizeOf = (form) => {
    const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    if (form.enctype !== "multipart/form-data") return new URLSearchParams(texts).toString().length;
    return texts.reduce((size, [name, value]) => size + new TextEncoder().encode(name + value).length, 0);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || sizeOf(form) + 1000 <= Number(most)) return;
    event.preventDefault();
    const fields = [...form.elements].filter((field) => field.matches("textarea, input:not([type=file], [type=hidden])"));
    const longest = fields.reduce((one, other) => (other.value.length > one.value.length ? other : one));
    longest.setCustomValidity(tooMuch);
    longest.reportValidity();
    longest.addEventListener("input", () => longest.setCustomValidity(""), { once: true });
  });
}
