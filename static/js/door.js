// The host's page on a bad line: a tick shows at once, is sent until it is answered, and says so until it is saved.
// Without JavaScript each button sends its own small form.
"use strict";

{
  const form = document.getElementById("door");
  const told = document.getElementById("unsaved");
  const shelf = `lc-door-${form.dataset.clinic}`;
  const PATIENCE = 10000, FIRST_WAIT = 1000, LONGEST_WAIT = 20000;
  // By key: whether somebody is here, and when that was pressed. The server counts the newer of two, whoever comes first.
  let waiting = new Map(read()), isSending = false, wait = FIRST_WAIT, timer = 0, isSignedOut = false, presses = 0;

  // What is not saved yet outlives the page: the phone may put it to sleep, or the host may look at another one.
  function read() {
    try {
      const kept = JSON.parse(localStorage.getItem(shelf)) || [];
      return kept.map(([key, press]) => [key, typeof press === "boolean" ? { isHere: press, at: Date.now() } : press]);
    } catch {
      return [];
    }
  }

  function keep() {
    try {
      if (waiting.size) localStorage.setItem(shelf, JSON.stringify([...waiting]));
      else localStorage.removeItem(shelf);
    } catch {
      // A browser that keeps nothing still sends.
    }
  }

  const buttonOf = (key) => document.getElementById(key)?.querySelector("button");

  function draw(key, isHere) {
    const button = buttonOf(key);
    if (!button) return;
    button.setAttribute("aria-pressed", String(isHere));
    button.name = isHere ? "not_here" : "here";
    button.toggleAttribute("data-unsaved", waiting.has(key));
  }

  function tell(text) {
    const names = [...waiting.keys()].map((key) => document.getElementById(key)?.dataset.name).filter(Boolean);
    const words = isSignedOut ? told.dataset.signedOut : told.dataset.saving;
    told.toggleAttribute("data-waits", waiting.size > 0);
    told.textContent = waiting.size ? `${words} ${names.length ? names.join(" · ") : waiting.size}` : text || "";
  }

  // By the server's clock, whatever the phone thinks it is: when it was pressed, not when the line lets it through.
  const ahead = Date.parse(form.dataset.clock) - Date.now();

  async function send(key, { isHere, at }) {
    const body = new URLSearchParams({ [isHere ? "here" : "not_here"]: key, pressed: Math.round(at + ahead) });
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), PATIENCE);
    try {
      return await fetch(form.action, {
        method: "POST", body, credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" }, signal: stop.signal,
      });
    } finally {
      clearTimeout(late);
    }
  }

  // Whoever signed in again, in another window, has a new token: the one of this page is refused.
  async function renewToken() {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#door [name=csrfmiddlewaretoken]");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
  }

  async function drain() {
    if (isSending || !waiting.size) return;
    isSending = true;
    timer = clearTimeout(timer) || 0;
    try {
      for (const [key, press] of waiting) {
        const answer = await send(key, press);
        isSignedOut = answer.type === "opaqueredirect" || answer.status === 403;
        if (isSignedOut) await renewToken();
        if (isSignedOut || answer.status === 429 || answer.status >= 500) throw new Error("not saved");
        if (waiting.get(key) !== press) continue; // pressed again meanwhile
        const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
        waiting.delete(key);
        keep();
        draw(key, answer.ok ? said.here : !press.isHere);
        if (answer.ok) document.getElementById("there").textContent = said.there;
        tell(answer.ok ? said.said || told.dataset.saved : said.refused);
        wait = FIRST_WAIT;
      }
    } catch {
      timer = setTimeout(drain, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
      tell();
    } finally {
      isSending = false;
    }
    if (waiting.size && !timer) drain();
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    const isHere = button.name === "here";
    presses += 1;
    waiting.delete(button.value);
    waiting.set(button.value, { isHere, at: Date.now() });
    keep();
    draw(button.value, isHere);
    tell();
    timer = clearTimeout(timer) || 0;
    drain();
  });
  addEventListener("online", () => drain());

  // What other hosts ticked meanwhile, while somebody looks at the page; what is on its way from here stays as pressed.
  const ASKED_EVERY = 20000;
  async function catchUp() {
    if (document.visibilityState !== "visible" || isSending) return;
    const before = presses;
    try {
      const answer = await fetch(form.dataset.now, { credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) return;
      const { there, ticked, by_name: number } = await answer.json();
      if (presses !== before) return; // it is older than what was pressed since
      const isThere = new Set(there), isTicked = new Set(ticked);
      for (const button of form.querySelectorAll(".lc-door__tick")) {
        if (!waiting.has(button.value)) draw(button.value, isTicked.has(button.value));
      }
      for (const group of form.querySelectorAll("[data-group]")) {
        const guests = [...group.querySelectorAll("[data-name]")];
        group.querySelector("[data-count]").textContent = guests.filter((guest) => isThere.has(guest.id)).length;
      }
      document.getElementById("there").textContent = number;
    } catch {
      // A bad line: it is asked again in a while.
    }
  }
  if (form.dataset.now) {
    setInterval(catchUp, ASKED_EVERY);
    document.addEventListener("visibilitychange", catchUp);
  }
  addEventListener("beforeunload", (event) => {
    if (waiting.size) event.preventDefault();
  });

  // Find a name while it is typed; the button finds it on the server, for accents and other pages.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  document.querySelector("[data-find]").addEventListener("input", (event) => {
    const words = plain(event.target.value).split(/\s+/);
    for (const guest of form.querySelectorAll("[data-name]")) {
      const name = plain(guest.dataset.name);
      guest.hidden = !words.every((word) => name.includes(word));
    }
    for (const group of form.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-name]:not([hidden])");
  });

  // The agenda's clock.
  const agenda = document.querySelector("[data-agenda]");
  if (agenda) {
    const move = () => {
      const now = Date.now() + ahead;
      for (const row of agenda.querySelectorAll("[data-begins]")) {
        const isNow = Date.parse(row.dataset.begins) <= now && now < Date.parse(row.dataset.ends);
        if (isNow) row.setAttribute("aria-current", "step");
        else row.removeAttribute("aria-current");
        row.querySelector(".lc-clock__left").hidden = !isNow;
        const left = Math.max(0, Math.round((Date.parse(row.dataset.ends) - now) / 1000));
        if (isNow) row.querySelector("[data-left]").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      }
    };
    setInterval(move, 1000);
  }

  for (const [key, { isHere }] of waiting) draw(key, isHere);
  tell();
  drain();
}
