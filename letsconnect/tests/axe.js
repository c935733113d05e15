/* Runs axe-core on a page again and again, and leaves out what it has answered before: a run takes longer than the page.

   Contrast: nearly half of a run is spent on it. A text that stands on the same grounds, in the same colour, size and
   weight as one that has enough contrast has enough itself, on whichever page. `sound` holds such looks.
   Pages: where a page has the same elements with the same attributes as one in which axe found nothing, each shown or
   not, small or not and scrolling or not as there, whatever else it says, there is nothing to find but colours: so it is
   in another light, mostly at another width and in another language. And where each text and each link has a look that
   is known to be sound, there is not that either. `sound` holds such pages, too.
   `passedOver` are the impacts that nobody wants to hear of; `more` are rules that axe does not try by itself. */
window.makeAxeQuick = function (axe, passedOver = ["minor", "moderate"], more = []) {
  const rules = axe._audit.rules;
  const contrast = rules.find(rule => rule.id === "color-contrast"), check = axe._audit.checks["color-contrast"];
  const matches = contrast.matches, evaluate = check.evaluate;
  let sound = new Set(), fresh = [], grounds = new Map(), pages = new Set(), judged = new Set();

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

  /* What tells a link from the text it stands in: its own style, and that of the text. */
  function linkLookOf(e) {
    const own = getComputedStyle(e);
    if (own.display !== "inline") return own.display;
    let block = e.parentElement;
    while (block.parentElement && getComputedStyle(block).display === "inline") block = block.parentElement;
    return [own, getComputedStyle(block)].map(style => [style.color, style.textDecorationLine, style.fontWeight,
      style.fontSize, style.borderBottom, style.backgroundColor, style.backgroundImage].join("|")).join(" in ");
  }

  const NOT_LOOKED_AT = /^(class|style|nonce|src|srcset|action|formaction|value|datetime|content|data-.*|d|points)$/;
  const NAMES = /^(id|for|name|headers|list|form|aria-(labelledby|describedby|controls|owns|activedescendant))$/;
  const WORDS = /^(aria-label|title|alt|placeholder)$/;

  /* What axe looks at in an element but its colours. Names and words count as which of the page's they are. */
  function shapeOf(e, numberOf) {
    if (e.nodeName === "INPUT" && e.type === "hidden") return "";
    const attributes = [...e.attributes].map(({name, value}) => {
      if (NOT_LOOKED_AT.test(name)) return "";
      if (NAMES.test(name)) return [name, ...value.split(/\s+/).map(numberOf)];
      if (WORDS.test(name) || (name === "href" && value.startsWith("#"))) return `${name} ${numberOf(value.trim())}`;
      return name === "href" || e.nodeName === "HTML" ? name : `${name} ${value}`;
    });
    if (!e.checkVisibility({visibilityProperty: true})) return `${e.nodeName} - ${attributes}`;
    const text = [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const words = text ? e.id && numberOf(e.textContent.trim()) : "blank", style = getComputedStyle(e);
    const scrolls = /auto|scroll/.test(style.overflow) ?
      [e.scrollWidth > e.clientWidth, e.scrollHeight > e.clientHeight] : "";
    const box = /^(A|BUTTON|INPUT|SELECT|SUMMARY|TEXTAREA)$/.test(e.nodeName) ? e.getBoundingClientRect() : null;
    return [e.nodeName, attributes, words, style.display, scrolls, box && (box.width < 24 || box.height < 24)].join(" ");
  }

  /* The shape of the whole page, and the looks on it that are not yet known to be sound. */
  function rendering() {
    const unknown = new Set(), numbers = new Map();
    const numberOf = word => word && (numbers.get(word) ?? (numbers.set(word, numbers.size + 1), numbers.size));
    const shape = [...document.querySelectorAll("*")].map(e => {
      if (e.checkVisibility({visibilityProperty: true})) {
        const style = getComputedStyle(e);
        const link = e.nodeName === "A" && `link ${linkLookOf(e)}`;
        if (link && !sound.has(link)) unknown.add(link);
        const look = hasText(e) && (lookOf(e) ??
          ["placed", style.color, style.backgroundColor, style.fontSize, style.fontWeight].join("|"));
        if (look && !sound.has(look)) unknown.add(look);
      }
      return shapeOf(e, numberOf);
    }).join("\n");
    return {page: `page ${short(shape)}`, unknown};
  }

  /* A number of 53 bits for a text (cyrb53). */
  function short(text) {
    let one = 0xdeadbeef, two = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      one = Math.imul(one ^ text.charCodeAt(i), 2654435761);
      two = Math.imul(two ^ text.charCodeAt(i), 1597334677);
    }
    one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
    two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
    return 4294967296 * (2097151 & two) + (one >>> 0);
  }

  const chosen = {
    resultTypes: ["violations"],
    rules: Object.fromEntries(rules  // whatever they find is reported with the impact of the rule
      .filter(rule => passedOver.includes(rule.impact) || more.includes(rule.id))
      .map(rule => [rule.id, {enabled: more.includes(rule.id)}])),
  };
  const OF_COLOUR = ["color-contrast", "link-in-text-block"];
  const ofColour = {...chosen, runOnly: OF_COLOUR.filter(id => chosen.rules[id]?.enabled !== false)};
  return async function (known, isOther) {
    sound = new Set(known), fresh = [], grounds = new Map();
    if (!isOther) pages = new Set(), judged = new Set();
    const before = rendering(), isKnown = pages.has(before.page) || sound.has(before.page);
    if (isKnown && [...before.unknown].every(look => judged.has(look))) return {problems: [], sound: []};
    const {violations} = await axe.run(document, isKnown ? ofColour : chosen);
    grounds = new Map();
    const after = rendering();
    for (const page of [before.page, after.page]) pages.add(page);
    for (const look of [...before.unknown, ...after.unknown]) judged.add(look);
    if (!violations.some(v => v.id === "link-in-text-block"))
      fresh.push(...[...before.unknown].filter(look => look.startsWith("link ")));
    if (!isKnown && violations.every(v => OF_COLOUR.includes(v.id))) fresh.push(before.page);
    return {sound: fresh, problems: violations
      .filter(v => !passedOver.includes(v.impact))
      .map(v => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(" | ")}`)};
  };
};
