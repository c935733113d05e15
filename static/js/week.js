// The week as a grid of hours over the list of free times. The list stays what is sent; the grid reads and writes it.
"use strict";

const DAY = 96; // quarters of an hour
const WEEK = 7 * DAY;
const MANY = { weekdays: [0, 1, 2, 3, 4], weekend: [5, 6], daily: [0, 1, 2, 3, 4, 5, 6] };
const SHORTCUTS = {
  mornings: [MANY.weekdays, 32, 48],
  evenings: [MANY.weekdays, 72, 84],
  weekends: [MANY.weekend, 40, 72],
};

class Week {
  constructor(place, list) {
    this.place = place;
    this.list = list;
    this.free = new Set();
    this.others = []; // rows that are not finished: kept as they are
    this.cells = [];
    this.here = 18;
    const days = document.querySelector("template[data-row=windows]").content.querySelector("select[name$=-day]");
    this.days = [...days.options].filter(option => /^[0-6]$/.test(option.value)).map(option => option.textContent);
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
      for (const day of MANY[row.day.value] || [Number(row.day.value)]) {
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
  }

  times() {
    if (this.free.size === WEEK) return this.days.map((_, day) => [day * DAY, (day + 1) * DAY]);
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
    for (const day of this.days) {
      const name = element("th", { scope: "col", title: day, textContent: short(day) });
      name.setAttribute("aria-label", day);
      head.append(name);
    }
    table.append(element("thead", {}, [head]));
    const body = element("tbody");
    for (let at = 0; at < 24; at += 1) {
      const row = element("tr", {}, [element("th", { scope: "row", textContent: `${String(at).padStart(2, "0")}` })]);
      this.days.forEach((day, number) => row.append(element("td", {}, [this.cell(day, number, at)])));
      body.append(row);
    }
    table.append(body);
    this.sum = element("strong");
    const note = element("p", {}, [document.createTextNode(`${total} `), this.sum]);
    note.setAttribute("role", "status");
    const empty = element("button", { type: "button", className: "cdx-button", textContent: clear });
    empty.addEventListener("click", () => this.change(() => this.free.clear()));
    this.place.append(element("p", { className: "lc-muted", textContent: help }), table,
      element("div", { className: "lc-row" }, [note, empty]));
    table.addEventListener("keydown", event => this.move(event));
    table.addEventListener("pointerdown", event => this.paint(event));
    table.addEventListener("pointerover", event => this.goOn(event));
    window.addEventListener("pointerup", () => { this.brush = null; });
  }

  cell(day, number, at) {
    const button = element("button", { type: "button", tabIndex: -1 });
    const next = `${String((at + 1) % 24).padStart(2, "0")}:00`;
    button.setAttribute("aria-label", `${day} ${String(at).padStart(2, "0")}:00–${next}`);
    button.dataset.at = String(number * 24 + at);
    button.addEventListener("click", () => {
      if (this.isPainted) this.isPainted = false; // the mouse has done it already
      else this.set(Number(button.dataset.at), !this.isFree(Number(button.dataset.at)));
    });
    button.addEventListener("focus", () => this.stand(Number(button.dataset.at)));
    this.cells[number * 24 + at] = button;
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
    this.cells.forEach((cell, at) => {
      const count = this.quarters(at).filter(one => this.free.has(one)).length;
      cell.setAttribute("aria-pressed", count === 4 ? "true" : count ? "mixed" : "false");
      cell.tabIndex = at === this.here ? 0 : -1;
    });
    this.sum.textContent = String(this.free.size / 4);
  }

  stand(at) {
    this.cells[this.here].tabIndex = -1;
    this.here = at;
    this.cells[at].tabIndex = 0;
  }

  move(event) {
    const side = getComputedStyle(this.place).direction === "rtl" ? -24 : 24;
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: side, ArrowLeft: -side }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.here + step;
    if (at < 0 || at >= 168 || (Math.abs(step) === 1 && Math.floor(at / 24) !== Math.floor(this.here / 24))) return;
    this.cells[at].focus();
  }

  // With a mouse one can paint; a finger scrolls, and taps.
  paint(event) {
    const cell = event.target.closest("button");
    if (!cell || event.pointerType !== "mouse" || event.button !== 0) return;
    this.brush = !this.isFree(Number(cell.dataset.at));
    this.isPainted = true;
    this.set(Number(cell.dataset.at), this.brush);
  }

  goOn(event) {
    const cell = event.target.closest("button");
    if (cell && this.brush !== null && this.brush !== undefined) this.set(Number(cell.dataset.at), this.brush);
  }
}

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Three letters as people read them; Arabic names of days begin with the article.
function short(day) {
  const letters = new Intl.Segmenter(document.documentElement.lang).segment(day.replace(/^ال/, ""));
  return [...letters].slice(0, 3).map(one => one.segment).join("");
}

function quarter(text) {
  const told = /^([01]\d|2[0-3]):(00|15|30|45)(:00)?$/.exec(text);
  return told ? Number(told[1]) * 4 + Number(told[2]) / 15 : null;
}

function hour(at) {
  const inDay = at % DAY;
  return `${String(Math.floor(inDay / 4)).padStart(2, "0")}:${String((inDay % 4) * 15).padStart(2, "0")}`;
}

function begin() {
  const place = document.getElementById("week");
  const list = document.querySelector("[data-rows=windows]");
  const ranges = document.getElementById("ranges");
  const week = new Week(place, list);
  place.hidden = false;
  ranges.open = Boolean(ranges.querySelector(".cdx-message--error"));
  list.addEventListener("change", () => {
    week.read();
    week.show();
  });
  for (const button of document.querySelectorAll("button[name=shortcut]")) {
    button.addEventListener("click", event => {
      event.preventDefault();
      const [days, from, until] = SHORTCUTS[button.value];
      week.change(() => {
        for (const day of days) for (let at = from; at < until; at += 1) week.free.add(day * DAY + at);
      });
    });
  }
}

begin();
