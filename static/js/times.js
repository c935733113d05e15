// Writes moments by the browser's own clock, where the reader has chosen no zone. Without it they are in UTC.
"use strict";

{
  const { cities, day, moment, zone } = document.currentScript.dataset;
  const language = document.documentElement.lang;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const style = {
    timeZone: here, weekday: "short", day: "numeric", month: "long", year: "numeric",
    hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  };
  // The digits and the calendar of the page, whatever the browser's country uses.
  const inWords = new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, style);
  const inNumbers = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { ...style, month: "2-digit", day: "2-digit", second: "2-digit" });
  const partsOf = (format, when) => Object.fromEntries(format.formatToParts(when).map(({ type, value }) => [type, value]));
  const filled = (pattern, words) => pattern.replace(/\{(\w+)\}/g, (_all, name) => words[name]);

  let city = here.split("/").pop().replaceAll("_", " ");

  const offsetAt = (when) => {
    const { year, month, day: date, hour, minute, second } = partsOf(inNumbers, when);
    const minutes = Math.round((Date.UTC(year, month - 1, date, hour, minute, second) - when) / 60000);
    if (!minutes) return "UTC";
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
  };
  const zoneAt = (when) => {
    const offset = offsetAt(when);
    return /^[A-Z][a-z]+\//.test(here) && !here.startsWith("Etc/") ? filled(zone, { city, offset }) : offset;
  };
  const dayOf = (when) => filled(day, partsOf(inWords, when));
  const clockOf = (when) => {
    const { hour, minute } = partsOf(inNumbers, when);
    return `${hour}:${minute}`;
  };
  const localDate = (when) => {
    const { year, month, day: date } = partsOf(inNumbers, when);
    return `${year}-${month}-${date}`;
  };

  const write = () => {
    for (const element of document.querySelectorAll("time[datetime*=T]")) {
      if (element.closest(".lc-clocks, .lc-elsewhere")) continue;  // these are of other places
      const when = new Date(element.dateTime);
      const { until } = element.dataset;
      if (element.dataset.as === "clock") {
        element.textContent = until ? `${clockOf(when)}–${clockOf(new Date(until))}` : clockOf(when);
      } else if (element.dataset.written || element.textContent.includes("(UTC)")) {
        element.textContent = filled(moment, { day: dayOf(when), hour: clockOf(when), zone: zoneAt(when) });
        element.dataset.written = "1";
      }
    }
    for (const clocks of document.querySelectorAll("[data-next][data-before]")) {
      for (const element of clocks.querySelectorAll("time")) {
        const there = element.dateTime.slice(0, 10);
        const mine = localDate(new Date(element.dateTime));
        element.parentElement.querySelector(".lc-clock-day")?.remove();
        if (there === mine) continue;
        const mark = document.createElement("span");
        mark.className = "lc-clock-day";
        mark.textContent = there > mine ? clocks.dataset.next : clocks.dataset.before;
        element.after(" ", mark);
      }
    }
    for (const element of document.querySelectorAll("[data-own-clock]")) {
      element.textContent = filled(element.dataset.ownClock, { zone: zoneAt(new Date()) });
    }
  };

  // In the month a clinic may be on another day by this clock: it moves there.
  const move = () => {
    const days = new Map([...document.querySelectorAll("[data-date]")].map((cell) => [cell.dataset.date, cell]));
    const entries = [...document.querySelectorAll("[data-date] [data-entry]")];
    entries.sort((one, other) => one.dataset.entry.localeCompare(other.dataset.entry));
    for (const entry of entries) {
      const cell = days.get(localDate(new Date(entry.dataset.entry)));
      if (cell) cell.querySelector("ul").append(entry);
      else entry.remove();
    }
    const today = localDate(new Date());
    for (const [date, cell] of days) {
      const isEmpty = !cell.querySelector("[data-entry]");
      cell.classList.toggle("lc-day--empty", isEmpty);
      cell.classList.toggle("lc-day--today", date === today);
      if (isEmpty) cell.setAttribute("aria-hidden", "true");
      else cell.removeAttribute("aria-hidden");
    }
  };

  // My evenings are those of this clock.
  document.addEventListener("submit", ({ target }) => {
    const field = target.querySelector("input[data-own-zone]");
    if (!field) return;
    field.value = here;
    field.disabled = !target.elements.evenings.checked;
  });

  write();
  move();
  fetch(cities)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((names) => {
      if (!names[here]) return;
      city = names[here];
      write();
    })
    .catch(() => {});  // the end of the zone's name will do
}
