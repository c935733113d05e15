/* Runs axe-core on a page again and again, and leaves out what it has answered before: a run takes longer than the page.

   Contrast: nearly half of a run is spent on it. A text that stands on the same grounds, in the same colour, size and
   weight as one that has enough contrast has enough itself, on whichever page. `sound` holds such looks.
   Widths: where no element appears, vanishes, scrolls, stands otherwise in its line or has a look that is not yet known
   to be sound, axe has nothing to find at another width that it did not find at the first.
   `passedOver` are the impacts that nobody wants to hear of; `more` are rules that axe does not try by itself. */
window.makeAxeQuick = function (axe, passedOver = ["minor", "moderate"], more = []) {
  const rules = axe._audit.rules;
  const contrast = rules.find(rule => rule.id === "color-contrast"), check = axe._audit.checks["color-contrast"];
  const matches = contrast.matches, evaluate = check.evaluate;
  let sound = new Set(), fresh = [], grounds = new Map(), rendered = "";

  const isTyped = e => ["INPUT", "SELECT", "TEXTAREA"].includes(e.nodeName);
  const hasText = e => isTyped(e) || [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());

  /* What lies behind an element, as far as its ancestors say; null where its place decides what does. */
  function groundsOf(e) {
    if (!e) return "";
    if (grounds.has(e)) return grounds.get(e);
    const below = groundsOf(e.parentElement), style = getComputedStyle(e);
    let own = null;
    if (below !== null && ["static", "relative"].includes(style.position) && style.transform === "none") {
      const parts = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode];
      const isPlain = parts.join() === "rgba(0, 0, 0, 0),none,1,none,normal";
      own = isPlain ? below : `${below}/${parts.join()}`;
    }
    grounds.set(e, own);
    return own;
  }

  function lookOf(e) {
    const below = groundsOf(e);
    if (below === null) return null;
    const style = getComputedStyle(e);
    return [below, style.color, style.fontSize, style.fontWeight, style.textShadow].join("|");
  }

  contrast.matches = function (node, ...rest) {
    return hasText(node) && !sound.has(lookOf(node)) && matches.call(this, node, ...rest);
  };
  check.evaluate = function (node, ...rest) {
    const look = lookOf(node);
    if (sound.has(look)) return true;
    const helper = Object.create(this);
    let told;
    helper.data = data => { told = data; this.data(data); };
    const answer = evaluate.call(helper, node, ...rest);
    if (answer === true && told?.contrastRatio && look !== null) {  // true is also said of what cannot be seen
      sound.add(look);
      fresh.push(look);
    }
    return answer;
  };

  /* What of the page another width may change and axe looks at. */
  function rendering() {
    return [...document.querySelectorAll("*")].map(e => {
      if (!e.checkVisibility({visibilityProperty: true})) return "-";
      const style = getComputedStyle(e);
      const scrolls = /auto|scroll/.test(style.overflow) ?
        [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight] : "";
      const inLine = e.nodeName === "A" ?
        [style.display, style.color, style.textDecorationLine, style.fontWeight, style.borderBottom] : "";
      if (!hasText(e)) return `${scrolls}${inLine}`;
      const look = lookOf(e);
      return `${scrolls}${inLine}${style.color}${sound.has(look) ? "" : look ?? [style.fontSize, style.fontWeight]}`;
    }).join("\n");
  }

  const chosen = {
    resultTypes: ["violations"],
    rules: Object.fromEntries(rules  // whatever they find is reported with the impact of the rule
      .filter(rule => passedOver.includes(rule.impact) || more.includes(rule.id))
      .map(rule => [rule.id, {enabled: more.includes(rule.id)}])),
  };
  return async function (known, isOtherWidth) {
    sound = new Set(known), fresh = [], grounds = new Map();
    if (isOtherWidth && rendering() === rendered) return {problems: [], sound: []};
    const result = await axe.run(document, chosen);
    grounds = new Map();
    rendered = rendering();
    return {sound: fresh, problems: result.violations
      .filter(v => !passedOver.includes(v.impact))
      .map(v => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(" | ")}`)};
  };
};
