{
  shown(one) {
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !one.closest(".sr, [aria-hidden=true], template, dialog:not([open])");
  },
  name(one) {
    return `${one.tagName.toLowerCase()}${one.className?.baseVal ?? (one.className ? "." + String(one.className).split(" ").join(".") : "")} “${(one.innerText ?? "").trim().slice(0, 40)}”`;
  },
  colour(words) {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = words;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  },
  over(top, below) {
    return [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  },
  light([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  },
  ratio(one, other) {
    const [high, low] = [this.light(one), this.light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  },
  ground(one) {
    const layers = [];
    for (let at = one; at; at = at.parentElement) {
      const colour = this.colour(getComputedStyle(at).backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => this.over(top, below), [255, 255, 255, 1]);
  },
  contrast() {
    const weakText = [], weakEdges = [];
    let text = { ratio: 99 }, edge = { ratio: 99 };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const one = node.parentElement;
      if (!node.data.trim() || !this.shown(one) || getComputedStyle(one).clipPath !== "none") continue;
      const below = this.ground(one);
      const style = getComputedStyle(one);
      const ratio = this.ratio(this.over(this.colour(style.color), below), below);
      if (ratio < text.ratio) text = { ratio };
      if (ratio < 5.5) weakText.push(`${ratio.toFixed(2)} ${this.name(one)}`);
    }
    for (const one of document.querySelectorAll("input, select, textarea, .btn")) {
      if (!this.shown(one) || ["hidden", "radio", "checkbox"].includes(one.type)) continue;
      const style = getComputedStyle(one);
      const outside = this.ground(one.parentElement), inside = this.ground(one);
      const ratio = Math.max(this.ratio(this.colour(style.borderTopColor), outside), this.ratio(inside, outside));
      if (ratio < edge.ratio) edge = { ratio };
      if (ratio < 3.5) weakEdges.push(`${ratio.toFixed(2)} ${this.name(one)}`);
    }
    return { text, edge, weakText: weakText.slice(0, 5), weakEdges: weakEdges.slice(0, 5) };
  },
  inSentence(one) {
    const whole = one.closest("p, li, dd, td");
    return one.tagName === "A" && whole && whole.innerText.trim().length > one.innerText.trim().length + 3 && getComputedStyle(one).display === "inline";
  },
  targets() {
    let least = 99, answer = 99;
    const small = [];
    for (const one of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
      if (!this.shown(one) || one.matches(".skip") || this.inSentence(one)) continue;
      const box = (one.matches("input[type=checkbox], input[type=radio]") ? (one.closest("label") ?? one) : one).getBoundingClientRect();
      const side = Math.min(box.width, box.height);
      least = Math.min(least, side);
      if (side < 24) small.push(`${side.toFixed(1)} px ${this.name(one)}`);
      if (!one.closest(".bar .acts") || !one.matches(".btn")) continue;
      answer = Math.min(answer, box.height);
      if (box.height < 44) small.push(`answer ${box.height.toFixed(1)} px ${this.name(one)}`);
    }
    return { least, answer, small };
  },
  clipped() {
    const faults = [];
    if (document.documentElement.scrollWidth > innerWidth) faults.push(`scrolls sideways by ${document.documentElement.scrollWidth - innerWidth} px`);
    for (const one of document.querySelectorAll("body *")) {
      if (!this.shown(one) || one.closest("svg, pre, .scroll-x, textarea, select, input")) continue;
      const style = getComputedStyle(one);
      if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
      if (style.clipPath !== "none") continue;
      const cut = (style.overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1) || (style.overflowY === "hidden" && one.scrollHeight > one.clientHeight + 1);
      if (cut) faults.push(`cut off: ${this.name(one)}`);
      const box = one.getBoundingClientRect();
      const frame = one.closest(".newbar, .btn, .tabs a, nav a");
      if (frame && box.bottom > frame.getBoundingClientRect().bottom + 2 && frame.contains(one) && frame !== one) faults.push(`sticks out: ${this.name(one)}`);
    }
    return faults.slice(0, 5);
  },
  covered() {
    const one = document.activeElement;
    if (!one || one === document.body || one.matches(".skip")) return null;
    const box = one.getBoundingClientRect();
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), y = Math.min(Math.max(box.top + Math.min(box.height, innerHeight) / 2, 1), innerHeight - 1);
    if (box.bottom < 0 || box.top > innerHeight) return `focus out of sight: ${this.name(one)}`;
    const top = document.elementFromPoint(x, y);
    return top && (one.contains(top) || top.contains(one) || top.closest("label")?.contains(one)) ? null : `focus covered: ${this.name(one)} by ${top ? this.name(top) : "nothing"}`;
  },
  moving() {
    const faults = [];
    for (const one of document.querySelectorAll("body *")) {
      const { transitionDuration, animationName } = getComputedStyle(one);
      if (animationName !== "none" || transitionDuration.split(",").some((part) => parseFloat(part) > 0)) faults.push(this.name(one));
    }
    return faults.slice(0, 5);
  },
  forced() {
    const faults = [];
    const chosen = document.querySelector(".row[aria-current]");
    if (chosen && getComputedStyle(chosen).outlineStyle === "none") faults.push("the chosen row is not marked");
    for (const tag of document.querySelectorAll(".row .tag")) {
      if (!tag.innerText.trim() || !tag.querySelector("svg") || getComputedStyle(tag).borderTopStyle === "none") faults.push("a tier has no word, shape or edge");
    }
    if (!document.querySelector(".row .left")?.innerText.trim()) faults.push("a row does not say its time");
    return faults;
  },
}
