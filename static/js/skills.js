// Finds skills while one types and adds them in place, with how many others share or wish them. The page's own buttons
// do the same without it.
"use strict";

const part = document.querySelector("[data-skills]");
const field = document.getElementById("id_skill_text");
const lookUp = part.querySelector("button[name=look_up]");
const said = part.querySelector("[role=status]");
const found = part.querySelector(".lc-find__found");
const list = document.querySelector("[data-rows]");
const side = part.dataset.row;
let turn = 0;
let waiting;
let isPlain = false;

async function ask(url, query) {
  const answer = await fetch(`${url}?${new URLSearchParams({ row: side, ...query })}`);
  if (!answer.ok || answer.redirected) throw new Error("no answer");
  return answer.json();
}

function button(name, value, text, kind = "") {
  const made = document.createElement("button");
  Object.assign(made, { type: "submit", name, value, textContent: text, className: `cdx-button ${kind}`.trim() });
  return made;
}

function show(text, results) {
  found.replaceChildren(...results.map(one => {
    const add = button("add", String(one.id), part.dataset.add.replace("__skill__", one.name));
    add.addEventListener("click", event => {
      event.preventDefault();
      addSkill(one);
    });
    return add;
  }));
  if (text) found.append(button("suggest", "1", part.dataset.suggest.replace("__skill__", text), "cdx-button--weight-quiet"));
  said.textContent = text && !results.length ? part.dataset.none : "";
}

function addSkill(one) {
  const selects = [...list.querySelectorAll("select[name$=-skill]")];
  let select = selects.find(other => other.value === String(one.id)) || selects.find(other => !other.value);
  if (!select) {
    const row = list.addRow();
    if (!row) return;
    select = row.querySelector("select[name$=-skill]");
  }
  if (![...select.options].some(option => option.value === String(one.id))) select.add(new Option(one.name, String(one.id)));
  select.value = String(one.id);
  hintOf(select).textContent = one.hint;
  showRecording(select, one.recording);
  turn += 1;
  field.value = "";
  show("", []);
  select.focus();
}

function hintOf(select) {
  return select.closest("fieldset").querySelector(".lc-hint");
}

function showRecording(select, recording) {
  const link = document.createElement("a");
  if (recording) Object.assign(link, { href: recording.url, textContent: recording.text });
  select.closest("fieldset").querySelector(".lc-recording").replaceChildren(...(recording ? [link] : []));
}

async function look() {
  clearTimeout(waiting);
  const text = field.value.trim();
  const mine = ++turn;
  if (text.length < 2) return show("", []);
  const { results } = await ask(part.dataset.skills, { q: text });
  if (mine === turn) show(text, results);
}

// Where no answer comes, the button asks the server the plain way.
function lookNow(event) {
  if (isPlain) return;
  event.preventDefault();
  look().catch(() => {
    isPlain = true;
    lookUp.click();
  });
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => look().catch(() => {}), 250);
});
field.addEventListener("keydown", event => event.key === "Enter" && lookNow(event));
lookUp.addEventListener("click", lookNow);
list.addEventListener("change", event => {
  const select = event.target.closest("select[name$=-skill]");
  if (!select) return;
  hintOf(select).textContent = "";
  showRecording(select, null);
  if (!select.value) return;
  ask(part.dataset.hints, { id: select.value })
    .then(({ hints, recordings }) => {
      hintOf(select).textContent = hints[select.value] || "";
      showRecording(select, recordings[select.value]);
    })
    .catch(() => {});
});
