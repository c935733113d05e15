// Makes pages nicer, never possible: everything works without it.
"use strict";

// Guess the time zone where none is given yet; the person can change it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-guess-zone]:not([data-find])")) {
  if (zone && !field.value) field.value = zone;
  if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = "";
}

// What the desk says of something refused takes the focus, as it does on the other pages by itself. The desk's own script
// gives it to the first field, whenever that comes: so this waits until all is there.
addEventListener("load", () => {
  const refused = document.querySelector(".errornote, .messagelist .error, .errorlist");
  if (!refused) return;
  refused.tabIndex = -1;
  refused.focus();
});

// What was refused is marked until somebody changes it; the server looks at it again. Scripts say "mended" of what they
// change themselves.
{
  const unmark = (place) => {
    for (const marked of place.querySelectorAll('[class*="--status-error"]')) {
      marked.classList.remove(...[...marked.classList].filter((name) => name.endsWith("--status-error")));
    }
    for (const field of place.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const said of place.querySelectorAll(".cdx-field__validation-message")) said.replaceChildren();
  };

  const forget = (places) => {
    const isTheirs = ({ hash }) => places.some((place) => place.contains(document.getElementById(hash.slice(1))));
    for (const summary of document.querySelectorAll(".lc-error-summary")) {
      for (const line of summary.querySelectorAll("li")) {
        const link = line.querySelector("a[href^='#']");
        if (link && isTheirs(link)) line.remove();
      }
      if (!summary.querySelector("li")) summary.remove();
    }
  };

  const mended = ({ target }) => {
    const rows = target.closest("[data-rows]");
    const ofAllRows = rows && document.getElementById(`${rows.dataset.rows}_refused`);
    const field = target.closest(".cdx-field");
    const places = [field, ofAllRows].filter(Boolean);
    if (field) unmark(field);
    forget(places);
    if (ofAllRows) ofAllRows.remove();
  };

  document.addEventListener("change", mended);
  document.addEventListener("mended", mended);
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
