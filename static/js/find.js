// Shows what a text may mean while one types: a list below the line, by the pattern of a combobox (WAI-ARIA). What is
// sent is the text, so without this the server asks at the field.
"use strict";

{
  const WAIT = 150; // milliseconds
  const answers = new Map();
  let number = 0;

  const ask = (url, text) => {
    const address = `${url}?${new URLSearchParams({ q: text })}`;
    if (!answers.has(address)) {
      const answer = fetch(address).then((reply) => (reply.ok && !reply.redirected ? reply.json() : { results: [] }));
      answers.set(address, answer.then(({ results }) => results));
      answer.catch(() => answers.delete(address));
    }
    return answers.get(address);
  };

  class Combobox {
    constructor(field) {
      this.field = field;
      field.box = this;
      this.list = document.createElement("ul");
      this.list.className = "lc-find-list";
      this.list.id = `found-${number += 1}`;
      this.list.hidden = true;
      this.list.setAttribute("role", "listbox");
      this.list.tabIndex = -1; // a long list scrolls, and Tab would stop at it as it closes
      const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
      const called = label ? label.textContent.trim() : field.getAttribute("aria-label");
      if (called) this.list.setAttribute("aria-label", called);
      field.parentElement.after(this.list);
      for (const [name, value] of Object.entries({
        role: "combobox", "aria-expanded": "false", "aria-controls": this.list.id, "aria-autocomplete": "list",
      })) field.setAttribute(name, value);
      this.at = -1;
      this.turn = 0;
      field.addEventListener("input", () => {
        this.forget();
        if (this.isLikely) this.show([]);
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => this.look(), WAIT);
      });
      field.addEventListener("focus", () => field.value || this.look());
      field.addEventListener("keydown", (event) => this.press(event));
      field.addEventListener("blur", () => this.close());
      this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.choose([...this.list.children].indexOf(option));
      });
    }

    // What the server found for an older text is not asked about any more.
    forget() {
      const note = document.querySelector(`[data-clock-of="${this.field.id}"]`);
      if (note) note.hidden = true;
      this.field.closest(".lc-typed")?.querySelector(".lc-found")?.remove();
    }

    async look() {
      clearTimeout(this.waiting);
      const text = this.field.value.trim();
      const turn = this.turn += 1;
      const found = text ? await ask(this.field.dataset.find, text).catch(() => []) : this.likely();
      if (turn !== this.turn || document.activeElement !== this.field) return;
      this.show(found);
      this.isLikely = !text;
    }

    // Before anything is typed: what the page itself suggests.
    likely() {
      const name = this.field.dataset.likely;
      if (!name) return [];
      const chosen = new Set([...document.querySelectorAll(`[data-likely="${name}"]`)].map((field) => field.value));
      return [...document.querySelectorAll(`button[name="${name}"]`)]
        .map((button) => ({ value: button.value, label: button.dataset.label, note: "" }))
        .filter(({ label }) => !chosen.has(label));
    }

    show(found) {
      this.isLikely = false;
      this.found = found;
      this.at = -1;
      this.list.replaceChildren(...found.map(({ label, note }, place) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(label);
        if (note) {
          const own = document.createElement("bdi");
          own.textContent = note;
          option.append(" ", own);
        }
        return option;
      }));
      this.list.hidden = !found.length;
      this.field.setAttribute("aria-expanded", String(found.length > 0));
      this.field.removeAttribute("aria-activedescendant");
    }

    close() {
      clearTimeout(this.waiting);
      this.turn += 1;
      this.show([]);
    }

    stand(place) {
      const options = [...this.list.children];
      options[this.at]?.setAttribute("aria-selected", "false");
      this.at = (place + options.length) % options.length;
      options[this.at].setAttribute("aria-selected", "true");
      options[this.at].scrollIntoView({ block: "nearest" });
      this.field.setAttribute("aria-activedescendant", options[this.at].id);
    }

    choose(place) {
      const one = this.found[place];
      this.field.value = one.label;
      this.close();
      this.field.dispatchEvent(new CustomEvent("found", { bubbles: true, detail: one }));
      this.field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    press(event) {
      if (event.isComposing) return;
      const isOpen = !this.list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) this.look();
        else this.stand(event.key === "ArrowDown" ? this.at + 1 : Math.max(this.at, 0) - 1);
      } else if (event.key === "Enter" && isOpen && this.at >= 0) {
        event.preventDefault();
        this.choose(this.at);
      } else if (event.key === "Tab" && isOpen && this.at >= 0) {
        this.choose(this.at);
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        this.close();
      }
    }
  }

  const enrich = (field) => field.box || new Combobox(field);

  document.querySelectorAll("input[data-find]:not(.empty-form *)").forEach(enrich);
  // A row that is added later becomes one when somebody comes to it.
  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches("input[data-find]") || target.box) return;
    enrich(target);
    if (!target.value) target.box.look();
  });

  // A language of one's own: it goes into the first row that is free.
  for (const button of document.querySelectorAll("button[name=add_language]")) {
    button.addEventListener("click", (event) => {
      const lines = () => [...document.querySelectorAll("input[data-likely=add_language]")];
      const list = document.querySelector("[data-rows=languages]");
      const field = lines().find((line) => !line.value) || list?.addRow?.()?.querySelector("input[data-likely]");
      if (!field) return;
      event.preventDefault();
      field.value = button.dataset.label;
      field.closest("fieldset")?.querySelector("select")?.focus();
      button.remove();
    });
  }

  // The clock of this browser, where nothing is given yet, by the name that people know.
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of document.querySelectorAll("input[data-find][data-guess-zone]")) {
    if (field.value || !here) continue;
    ask(field.dataset.find, here).then(([one]) => {
      if (!one || field.value || document.activeElement === field) return; // not into what is being typed
      field.value = one.label;
      field.dispatchEvent(new CustomEvent("found", { bubbles: true, detail: one }));
    }).catch(() => {});
  }

  // "It is 14:05 in Cairo now": the page has the sentence, and its place.
  document.addEventListener("found", ({ target, detail }) => {
    const note = document.querySelector(`[data-clock-of="${target.id}"]`);
    if (!note) return;
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: detail.value, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const [city] = detail.label.split(" (");
    note.textContent = note.dataset.sentence
      .replace("{time}", clock.format(new Date())).replace("{city}", city);
    note.hidden = false;
  });
}
