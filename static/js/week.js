// The week as a grid of hours over the list of free times. The list stays what is sent; the grid reads and writes it.
"use strict";

const DAY = 96; // quarters of an hour
const WEEK = 7 * DAY;
const OPENS_AT = 7; // o'clock, at the top of what is seen
const HOLD = 350; // milliseconds after which a finger paints instead of scrolling
const FAR = 10; // pixels

class Week {
  constructor(place, list) {
    this.place = place;
    this.list = list;
    this.free = new Set();
    this.others = []; // rows that are not finished: kept as they are
    this.cells = new Map(); // by hour of the week, which begins on Monday
    this.days = [...place.querySelectorAll(".lc-week-days > li")]
      .map(({ value, textContent, dataset }) =>
        ({ number: value, name: textContent, short: dataset.short, isWeekend: "weekend" in dataset }));
    const weekend = this.days.filter(({ isWeekend }) => isWeekend).map(({ number }) => number);
    const all = this.days.map(({ number }) => number);
    this.many = { weekdays: all.filter(day => !weekend.includes(day)), weekend, daily: all };
    this.here = all[0] * 24 + OPENS_AT;
    this.read();
    this.draw();
    this.show();
  }

  rows() {
    return [...this.list.children].map(row => ({
      day: row.querySelector("[name$=-day]"),
      start: row.querySelector("[name$=-start]"),
      end: row.querySelector("[name$=-end]"),
    }));
  }

  // The list → the quarters that are free.
  read() {
    this.free.clear();
    this.others = [];
    for (const row of this.rows()) {
      const [start, end] = [quarter(row.start.value), quarter(row.end.value)];
      const isWhole = row.start.value === "00:00" && row.end.value === "00:00";
      if (!row.day.value || start === null || end === null || (start === end && !isWhole)) {
        if (row.day.value || row.start.value || row.end.value) {
          this.others.push([row.day.value, row.start.value, row.end.value]);
        }
        continue;
      }
      const length = (end - start + DAY) % DAY || DAY;
      for (const day of this.many[row.day.value] || [Number(row.day.value)]) {
        for (let step = 0; step < length; step += 1) this.free.add((day * DAY + start + step) % WEEK);
      }
    }
  }

  // The quarters → the list: one row for each unbroken time, a day at most.
  write() {
    const lines = this.times().map(([start, end]) =>
      [String(Math.floor(start / DAY) % 7), hour(start), hour(end)]).concat(this.others);
    while (this.list.children.length < lines.length) if (!this.list.addRow()) break;
    this.rows().forEach((row, number) => {
      const [day, start, end] = lines[number] || ["", "", ""];
      row.day.value = day;
      row.start.value = start;
      row.end.value = end;
    });
    this.list.dispatchEvent(new CustomEvent("mended", { bubbles: true }));
  }

  times() {
    if (this.free.size === WEEK) return this.days.map(({ number }) => [number * DAY, (number + 1) * DAY]);
    const found = [];
    for (let at = 0; at < WEEK; at += 1) {
      if (!this.free.has(at) || this.free.has((at + WEEK - 1) % WEEK)) continue;
      let end = at;
      while (this.free.has(end % WEEK)) end += 1;
      for (let start = at; start < end;) {
        const until = end - start < DAY ? end : (Math.floor(start / DAY) + 1) * DAY;
        found.push([start, until]);
        start = until;
      }
    }
    return found;
  }

  draw() {
    const { total, caption, help, clear } = this.place.dataset;
    const table = element("table", { className: "lc-week" });
    table.append(element("caption", { className: "lc-visually-hidden", textContent: caption }));
    const head = element("tr", {}, [element("td")]);
    for (const { number, name, short } of this.days) {
      const cell = element("th", { scope: "col", textContent: short, className: this.kind(number) });
      cell.setAttribute("aria-label", name);
      head.append(cell);
    }
    table.append(element("thead", {}, [head]));
    const body = element("tbody");
    for (let at = 0; at < 24; at += 1) {
      const row = element("tr", {}, [element("th", { scope: "row", textContent: `${String(at).padStart(2, "0")}` })]);
      for (const day of this.days) row.append(element("td", { className: this.kind(day.number) }, [this.cell(day, at)]));
      body.append(row);
    }
    table.append(body);
    this.box = element("div", { className: "lc-week-box" }, [table]);
    this.sum = element("strong");
    const note = element("p", {}, [document.createTextNode(`${total} `), this.sum]);
    note.setAttribute("role", "status");
    const empty = element("button", { type: "button", className: "cdx-button", textContent: clear });
    empty.addEventListener("click", () => this.change(() => this.free.clear()));
    this.place.append(element("p", { className: "lc-muted", textContent: help }), this.box,
      element("div", { className: "lc-row" }, [note, empty]));
    table.addEventListener("keydown", event => this.move(event));
    table.addEventListener("pointerdown", event => this.press(event));
    table.addEventListener("pointermove", event => this.drag(event));
    table.addEventListener("contextmenu", event => this.brush === null || event.preventDefault());
    // While a finger paints, nothing scrolls; otherwise it scrolls the box, and at its end the page.
    table.addEventListener("touchmove", event => {
      if (this.brush !== null && event.cancelable) event.preventDefault();
    }, { passive: false });
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => this.lift());
    this.lift();
  }

  kind(day) {
    return this.many.weekend.includes(day) ? "lc-week__weekend" : "";
  }

  // The morning first: the night is seldom what people choose.
  open() {
    const head = this.box.querySelector("thead").getBoundingClientRect().height;
    const row = this.cells.get(this.here).closest("tr");
    this.box.scrollTop = row.offsetTop - head;
  }

  cell(day, at) {
    const button = element("button", { type: "button", tabIndex: -1 });
    const next = `${String((at + 1) % 24).padStart(2, "0")}:00`;
    button.setAttribute("aria-label", `${day.name} ${String(at).padStart(2, "0")}:00–${next}`);
    const hourOfWeek = day.number * 24 + at;
    button.dataset.at = String(hourOfWeek);
    button.addEventListener("click", () => {
      if (this.isPainted) this.isPainted = false; // dragging has done it already
      else this.set(hourOfWeek, !this.isFree(hourOfWeek));
    });
    button.addEventListener("focus", () => this.stand(hourOfWeek));
    this.cells.set(hourOfWeek, button);
    return button;
  }

  quarters(at) {
    return [0, 1, 2, 3].map(step => at * 4 + step);
  }

  isFree(at) {
    return this.quarters(at).every(one => this.free.has(one));
  }

  set(at, isFree) {
    this.change(() => this.quarters(at).forEach(one => (isFree ? this.free.add(one) : this.free.delete(one))));
  }

  change(how) {
    how();
    this.write();
    this.show();
  }

  show() {
    for (const [at, cell] of this.cells) {
      const count = this.quarters(at).filter(one => this.free.has(one)).length;
      cell.setAttribute("aria-pressed", count === 4 ? "true" : count ? "mixed" : "false");
      cell.tabIndex = at === this.here ? 0 : -1;
    }
    this.sum.textContent = String(this.free.size / 4);
  }

  stand(at) {
    this.cells.get(this.here).tabIndex = -1;
    this.here = at;
    this.cells.get(at).tabIndex = 0;
  }

  move(event) {
    const side = getComputedStyle(this.place).direction === "rtl" ? -1 : 1;
    const step = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [side, 0], ArrowLeft: [-side, 0],
      Home: [0, -24], End: [0, 24], PageUp: [0, -6], PageDown: [0, 6] }[event.key];
    if (!step) return;
    event.preventDefault();
    const column = this.days.findIndex(({ number }) => number === Math.floor(this.here / 24)) + step[0];
    const at = Math.min(23, Math.max(0, (this.here % 24) + step[1]));
    if (this.days[column]) this.cells.get(this.days[column].number * 24 + at).focus();
  }

  // A mouse paints at once. A finger taps, paints along a row, or after holding still; else it scrolls.
  press(event) {
    const cell = event.target.closest("button");
    this.lift();
    this.isPainted = false;
    if (!cell || event.button !== 0) return;
    this.pressed = { cell, x: event.clientX, y: event.clientY };
    if (event.pointerType === "mouse") this.paint();
    else this.waiting = setTimeout(() => this.paint(), HOLD);
  }

  paint() {
    clearTimeout(this.waiting);
    const at = Number(this.pressed.cell.dataset.at);
    this.brush = !this.isFree(at);
    this.isPainted = true;
    this.set(at, this.brush);
  }

  drag(event) {
    if (!this.pressed) return;
    const [across, along] = [Math.abs(event.clientX - this.pressed.x), Math.abs(event.clientY - this.pressed.y)];
    if (this.brush === null) {
      if (across > FAR && across > along) this.paint();
      else if (along > FAR) this.lift();
      return;
    }
    const box = this.box.getBoundingClientRect();
    if (event.clientY > box.bottom - 20) this.box.scrollTop += 8;
    else if (event.clientY < box.top + 40) this.box.scrollTop -= 8;
    const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest(".lc-week button");
    if (cell && this.isFree(Number(cell.dataset.at)) !== this.brush) this.set(Number(cell.dataset.at), this.brush);
  }

  lift() {
    clearTimeout(this.waiting);
    this.pressed = null;
    this.brush = null;
  }
}

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function quarter(text) {
  const told = /^([01]\d|2[0-3]):(00|15|30|45)(:00)?$/.exec(text);
  return told ? Number(told[1]) * 4 + Number(told[2]) / 15 : null;
}

function hour(at) {
  const inDay = at % DAY;
  return `${String(Math.floor(inDay / 4)).padStart(2, "0")}:${String((inDay % 4) * 15).padStart(2, "0")}`;
}

// What finds a clock by typing is fetched once somebody comes to its field; it looks for what was typed meanwhile.
function fetchFinder({ target }) {
  const { sheet, script } = target.closest(".lc-zone").dataset;
  const finder = Object.assign(document.createElement("script"), { src: script });
  finder.addEventListener("load", () => target.value !== target.defaultValue && target.dispatchEvent(new Event("input")));
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheet }), finder);
}

function begin() {
  document.getElementById("id_zone").addEventListener("focus", fetchFinder, { once: true });
  const place = document.getElementById("week");
  const list = document.querySelector("[data-rows=windows]");
  const ranges = document.getElementById("ranges");
  const week = new Week(place, list);
  place.hidden = false;
  document.getElementById("week-chosen")?.remove(); // the grid says it
  week.open();
  ranges.open = Boolean(ranges.querySelector(".cdx-message--error"));
  list.addEventListener("change", () => {
    week.read();
    week.show();
  });
  for (const button of document.querySelectorAll("button[name=shortcut]")) {
    button.addEventListener("click", event => {
      event.preventDefault();
      const { days, from, until } = button.dataset;
      week.change(() => {
        for (const day of week.many[days]) {
          for (let at = Number(from); at < Number(until); at += 1) week.free.add(day * DAY + at);
        }
      });
    });
  }
}

begin();
