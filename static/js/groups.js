// Finds groups while one types. The server does the same without it.
"use strict";

function findGroups() {
  const part = document.querySelector("[data-groups]");
  const field = document.getElementById("id_group_other");
  const searched = document.getElementById("id_group_searched");
  const button = part.querySelector("button");
  const said = part.querySelector("[role=status]");
  const found = part.querySelector(".lc-find__found");
  const pattern = found.querySelector(".cdx-radio");
  let asked = 0;
  let waiting;

  const option = (value, label, number) => {
    const radio = pattern.cloneNode(true);
    const input = radio.querySelector("input");
    input.value = value;
    input.id = `id_group_id_${number}`;
    input.checked = value === "";
    const text = radio.querySelector("label");
    text.htmlFor = input.id;
    text.firstElementChild.textContent = label;
    return radio;
  };

  const show = (text, results) => {
    const none = [...found.querySelectorAll(".cdx-radio")].find(radio => radio.querySelector("input").value === "");
    const label = none.querySelector("label").textContent.trim();
    const choices = results.map(one => [String(one.id), one.country ? `${one.name} (${one.country})` : one.name]);
    found.querySelector(".cdx-field__control").replaceChildren(
      ...[...choices, ["", label]].map(([value, name], number) => option(value, name, number)));
    found.hidden = results.length === 0;
    searched.value = text;
    said.textContent = results.length ? part.dataset.some : part.dataset.none;
  };

  const look = async () => {
    clearTimeout(waiting);
    const text = field.value.trim();
    if (text.length < 2) return;
    const turn = ++asked;
    const answer = await fetch(`${part.dataset.groups}?q=${encodeURIComponent(text)}`);
    if (!answer.ok || answer.redirected) throw new Error("no answer");
    const { results } = await answer.json();
    if (turn === asked && text === field.value.trim()) show(text, results);
  };

  const lookLater = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look().catch(() => {}), 250);
  };

  field.addEventListener("input", lookLater);
  // Where no answer comes, the button asks the server the plain way.
  let isPlain = false;
  const lookNow = event => {
    if (isPlain) return;
    event.preventDefault();
    look().catch(() => {
      isPlain = true;
      button.click();
    });
  };
  field.addEventListener("keydown", event => event.key === "Enter" && lookNow(event));
  button.addEventListener("click", lookNow);
}

findGroups();
