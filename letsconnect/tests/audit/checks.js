/* What `looking.py` asks of a page, beside axe. */
window.audit = {
  names: new Map(),
  reached: new Set(),

  short(e) { return e.outerHTML.replace(/\s+/g, " ").slice(0, 140); },
  shown(e) { return e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0; },

  /* What one came for: one button, in the first screen, and large enough for a thumb. */
  primary() {
    window.scrollTo(0, 0);
    const all = [...document.querySelectorAll("main .cdx-button--weight-primary")].filter(e => this.shown(e));
    const [first, ...rest] = all.map(e => e.getBoundingClientRect());
    if (!first) return [];
    const said = [];
    if (first.top < 0 || first.bottom > innerHeight) said.push(`ends ${Math.round(first.bottom)} px down: ${this.short(all[0])}`);
    if (first.height < 43.5) said.push(`${Math.round(first.height)} px high: ${this.short(all[0])}`);
    if (rest.some(box => box.bottom <= innerHeight)) said.push(`${all.length} primary buttons, two in one screen`);
    return said;
  },

  /* Nothing moves while styles are compared. */
  still() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  },

  /* A bar that stays covers what one scrolls to; to axe, which never scrolls, that would seem to be out of reach. */
  unstick() {
    this.stick();
    this.stuck = [...document.querySelectorAll("body *")].filter(e => getComputedStyle(e).position === "sticky");
    for (const e of this.stuck) e.style.position = "static";
  },
  stick() { for (const e of this.stuck ?? []) e.style.position = ""; },

  /* Whatever Tab must reach; of radio buttons with one name only one. */
  tabbables() {
    const groups = new Set();
    return [...document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex], [contenteditable]"
    )].filter(e => {
      if (e.disabled || e.tabIndex < 0 || !this.shown(e) || e.closest("[inert], fieldset:disabled")) return false;
      if (e.type !== "radio") return true;
      const group = `${e.form?.action} ${e.name}`, first = !groups.has(group);
      groups.add(group);
      return first;
    });
  },

  /* How an element looks, with what stands beside or around it and may show its focus instead. */
  lookOf(e) {
    const near = [e, e.nextElementSibling, e.parentElement, e.closest("label, .cdx-card, .lc-card")].filter(Boolean);
    return near.flatMap(part => ["", "::before", "::after"].map(pseudo => {
      const style = getComputedStyle(part, pseudo || null);
      const outline = style.outlineStyle === "none" ? "" : `${style.outlineWidth} ${style.outlineColor}`;
      return [outline, style.boxShadow, style.borderColor, style.borderWidth, style.backgroundColor, style.color,
        style.textDecorationLine, style.opacity, style.clipPath, style.transform].join("|");
    })).join("\n");
  },

  /* The way begins in front of the page, also where a field has the focus from the start. */
  begin() {
    const start = document.createElement("span");
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    start.remove();
    window.scrollTo(0, 0);
    return this.compare();
  },

  /* Note how whatever Tab reaches looks without the focus, which stays where it is. */
  compare() {
    const has = document.activeElement;
    this.before = new Map(this.tabbables().filter(e => e !== has).map(e => [e, this.lookOf(e)]));
    this.missed = [];
    this.lastInFlow = null;
    return this.before.size;
  },

  /* Who hands in something wrong is brought to what is said of it. */
  unfocusedErrors() {
    const wrong = ".lc-error-summary, .cdx-message--error, .cdx-field--status-error, [aria-invalid=true], .errornote, .errorlist, .error";
    const said = [...document.querySelectorAll("main :is(.cdx-message--error, .errornote, .errorlist)")];
    if (!said.some(e => this.shown(e)) || document.activeElement.closest(wrong)) return [];
    return [`errors, and the focus is elsewhere: ${this.short(document.activeElement).slice(0, 60)}`];
  },

  /* Called after each press of Tab: "new", "within" what had the focus before, "trapped" there, "again" or "out". */
  step() {
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement) {
      this.lastInFlow = null;  // the way begins again
      return "out";
    }
    if (e === this.last) return ++this.stays > 8 ? "trapped" : "within";  // a date has several stops of its own
    [this.last, this.stays] = [e, 0];
    if (this.reached.has(e)) return "again";
    this.reached.add(e);
    const box = e.getBoundingClientRect();
    if (box.bottom < 0 || box.top > innerHeight) this.missed.push(`focus out of sight: ${this.short(e)}`);
    else if (this.isCovered(e, box)) this.missed.push(`focus behind something: ${this.short(e)}`);
    if (e.nodeName !== "IFRAME" && this.before.has(e) && this.before.get(e) === this.lookOf(e))
      this.missed.push(`no visible focus: ${this.short(e)}`);
    this.follow(e);
    return "new";
  },

  /* What was pressed may have brought the focus to what it opened: from there it goes on. */
  goOn() {
    if (document.activeElement !== this.lastInFlow) this.lastInFlow = null;
  },

  /* The focus goes as one reads: down, and along a line; a column may begin at the top again. */
  follow(e) {
    const staying = ["fixed", "sticky"], last = this.lastInFlow;
    for (let part = e; part; part = part.parentElement)
      if (staying.includes(getComputedStyle(part).position)) { this.lastInFlow = null; return; }
    this.lastInFlow = e;
    // Both are measured now: the focus may have scrolled a wide table, and the last one with it.
    const isRead = getComputedStyle(document.documentElement).direction;
    const [first] = e.getClientRects(), [before] = last?.isConnected ? last.getClientRects() : [];
    if (!before || e.nodeName === "IFRAME" || e.closest("th")?.contains(last)) return;  // two ways to sort by one
    const {top, bottom} = first;
    const isLater = isRead === "rtl" ? first.right <= before.left + 1 : first.left >= before.right - 1;
    const isEarlier = isRead === "rtl" ? first.left >= before.right - 1 : first.right <= before.left + 1;
    const isInLine = top < (before.top + before.bottom) / 2 && bottom > (before.top + before.bottom) / 2
      && before.top < (top + bottom) / 2 && before.bottom > (top + bottom) / 2;
    if ((bottom <= before.top - 4 && !isLater) || (isInLine && isEarlier))
      this.missed.push(`focus goes back, from ${this.short(last)} to ${this.short(e)}`);
  },

  /* Something that stays while one scrolls lies over all of it. */
  isCovered(e, box) {
    const xs = [box.left + 2, (box.left + box.right) / 2, box.right - 2];
    const ys = [Math.max(box.top, 0) + 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2,
      Math.min(box.bottom, innerHeight) - 2];
    return xs.every(x => ys.every(y => {
      const there = document.elementFromPoint(x, y);
      if (!there || there.contains(e) || e.contains(there) || there.closest("label")?.control === e) return false;
      for (let part = there; part; part = part.parentElement)
        if (["fixed", "sticky"].includes(getComputedStyle(part).position)) return !part.contains(e);
      return false;
    }));
  },

  /* What looks as if it could be pressed, and can be by a mouse only. */
  pressedByMouse() {
    const pressed = "a[href], button, label, summary, input, select, textarea, option, [tabindex], [contenteditable]";
    return [...document.querySelectorAll("body *")]
      .filter(e => (e.onclick || getComputedStyle(e).cursor === "pointer") && this.shown(e) && !e.closest(pressed))
      .map(e => `pressed by mouse only: ${this.short(e)}`);
  },

  unreached() {
    return this.pressedByMouse().concat([...this.before.keys()]
      .filter(e => !this.reached.has(e) && this.shown(e))
      .filter(e => e.type !== "radio" || ![...this.reached].some(other => other.name === e.name))
      .map(e => `not reached by Tab: ${this.short(e)}`), this.missed);
  },

  /* In forced colours a control has a border, and a drawn icon a colour other than what lies behind it. */
  forced() {
    const found = [], canvas = getComputedStyle(document.body).backgroundColor;
    for (const e of document.querySelectorAll("button, .cdx-button, input, select, textarea")) {
      if (!this.shown(e) || ["hidden", "checkbox", "radio"].includes(e.type)) continue;
      const style = getComputedStyle(e);
      const hasBorder = style.borderStyle !== "none" && style.borderWidth !== "0px";
      const isText = style.textDecorationLine === "underline";
      if (!hasBorder && !isText && style.outlineStyle === "none") found.push(`no border: ${this.short(e)}`);
    }
    for (const e of document.querySelectorAll("*")) {
      if (!this.shown(e)) continue;
      for (const pseudo of ["", "::before", "::after"]) {
        const style = getComputedStyle(e, pseudo || null);
        const mask = style.maskImage || style.webkitMaskImage;
        if (mask && mask !== "none" && style.backgroundColor === canvas && style.content !== "none")
          found.push(`icon that is not seen${pseudo}: ${this.short(e)}`);
      }
    }
    return found;
  },

  /* Where somebody asked for less motion, nothing moves for long, and no page glides. */
  moving() {
    const found = document.getAnimations().filter(it => {
      const timing = it.effect?.getComputedTiming();
      return it.constructor.name === "CSSAnimation" && timing && timing.activeDuration > 200;
    }).map(it => `moves: ${it.animationName} of ${this.short(it.effect.target)}`);
    if (getComputedStyle(document.documentElement).scrollBehavior === "smooth") found.push("the page glides");
    return found;
  },
};
