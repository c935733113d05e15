// Finds skills while one types, adds them in place, and takes them back. The page's own buttons do the same without it.
"use strict";

const part = document.querySelector("[data-skills]");
const SIDES = { learn: "wishes", share: "offers" };
let isPlain = false;

function rowsOf(side) {
  return document.querySelector(`[data-rows="${side}"]`);
}

function skillOf(row) {
  return row.querySelector("input[name$=-skill]");
}

function showSides() {
  for (const section of document.querySelectorAll("[data-side]")) {
    section.hidden = ![...section.querySelectorAll("[data-rows] > fieldset")].some(row => !row.hidden);
  }
}

function button(name, value, text, about) {
  const made = document.createElement("button");
  Object.assign(made, { type: "submit", name, value, textContent: text, className: "cdx-button" });
  const of = document.createElement("span");
  of.className = "lc-visually-hidden";
  of.textContent = `: ${about}`;
  made.append(of);
  return made;
}

function line(name, buttons) {
  const item = document.createElement("li");
  const called = document.createElement("strong");
  called.textContent = name;
  const row = document.createElement("span");
  row.className = "lc-row";
  row.append(...buttons);
  item.append(called, row);
  return item;
}

function addSkill(one, side) {
  const list = rowsOf(side);
  const rows = [...list.children];
  let row = rows.find(other => skillOf(other).value === String(one.id));
  if (!row) row = rows.find(other => !skillOf(other).value) || addRow(side);
  if (!row) return;
  skillOf(row).value = String(one.id);
  for (const name of row.querySelectorAll("[data-skill]")) name.textContent = one.name;
  row.hidden = false;
  showSides();
  skillOf(row).dispatchEvent(new CustomEvent("mended", { bubbles: true }));
  hint(row, one.id, side).catch(() => {});
  return row;
}

function addRow(side) {
  const section = document.querySelector(`[data-side="${side}"]`);
  const total = section.querySelector("input[name$=-TOTAL_FORMS]");
  const list = rowsOf(side);
  const number = Number(total.value);
  if (number >= Number(list.dataset.most)) return null;
  const holder = document.createElement("template");
  holder.innerHTML = section.querySelector("template").innerHTML.replaceAll("__prefix__", String(number));
  const row = holder.content.firstElementChild;
  list.append(row);
  total.value = String(number + 1);
  return row;
}

async function ask(url, query) {
  const answer = await fetch(`${url}?${new URLSearchParams(query)}`);
  if (!answer.ok || answer.redirected) throw new Error("no answer");
  return answer.json();
}

async function hint(row, id, side) {
  const { hints, recordings } = await ask(part.dataset.hints, { id, row: side === "wishes" ? "wish" : "offer" });
  row.querySelector(".lc-hint").textContent = hints[id] || "";
  const recording = recordings[id];
  const link = document.createElement("a");
  if (recording) Object.assign(link, { href: recording.url, textContent: recording.text });
  row.querySelector(".lc-recording").replaceChildren(...(recording ? [link] : []));
}

document.addEventListener("click", event => {
  const remove = event.target.closest("[data-remove]");
  if (!remove) return;
  event.preventDefault();
  const row = remove.closest("fieldset");
  skillOf(row).value = "";
  const why = row.querySelector("input[name$=-why]");
  if (why) why.value = "";
  row.hidden = true;
  showSides();
});

function find() {
  const field = document.getElementById("id_skill_text");
  const lookUp = part.querySelector("button[name=look_up]");
  const said = part.querySelector("[role=status]");
  const found = part.querySelector(".lc-find__found");
  let turn = 0;
  let waiting;

  const choose = (one, name) => {
    const chosen = button(name, String(one.id), part.dataset[name], one.name);
    chosen.addEventListener("click", event => {
      event.preventDefault();
      const row = addSkill(one, SIDES[name]);
      if (!row) return;
      turn += 1;
      field.value = "";
      field.dispatchEvent(new CustomEvent("mended", { bubbles: true }));
      show("", []);
      row.querySelector("input:not([type=hidden]), button").focus();
    });
    return chosen;
  };

  const show = (text, results) => {
    found.replaceChildren(...results.map(one => line(one.name, [choose(one, "learn"), choose(one, "share")])));
    if (text) {
      const called = part.dataset.suggest.replace("__skill__", text);
      found.append(line(called, Object.entries(SIDES).map(([name, side]) => button("suggest", side, part.dataset[name], text))));
    }
    said.textContent = text && !results.length ? part.dataset.none : "";
    // On a phone the bar of buttons, and the keyboard, would lie over what was found.
    if (results.length && found.getBoundingClientRect().top > innerHeight / 2) part.scrollIntoView();
  };

  const look = async () => {
    clearTimeout(waiting);
    const text = field.value.trim();
    const mine = ++turn;
    if (text.length < 2) return show("", []);
    const { results } = await ask(part.dataset.skills, { q: text });
    if (mine === turn) show(text, results);
  };

  // Where no answer comes, the button asks the server the plain way.
  const lookNow = event => {
    if (isPlain) return;
    event.preventDefault();
    look().catch(() => {
      isPlain = true;
      lookUp.click();
    });
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look().catch(() => {}), 250);
  });
  field.addEventListener("keydown", event => event.key === "Enter" && field.value.trim() && lookNow(event));
  lookUp.addEventListener("click", lookNow);
}

if (part) find();
