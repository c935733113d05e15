// Makes pages nicer, never possible: everything works without it.
"use strict";

// Guess the time zone where none is given yet; the person can change it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-guess-zone]")) {
  if (zone && !field.value) field.value = zone;
  if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = "";
}
