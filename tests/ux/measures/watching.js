{
  said() {
    return parseInt(document.querySelector("[data-new-words]").textContent) || 0;
  },
  async take(act) {
    const open = document.querySelector("[data-request]");
    const csrfmiddlewaretoken = open.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ act, csrfmiddlewaretoken, note: "" });
    await fetch(open.dataset.claimUrl, { method: "POST", redirect: "manual", body });
  },
  press(pk) {
    return new Promise((done) => {
      const button = document.querySelector("form[data-yes] button");
      const began = performance.now();
      const times = { pressed: 9999, shown: 9999 };
      button.click();
      requestAnimationFrame(() =>
        setTimeout(() => {
          if (button.form.dataset.sent) times.pressed = performance.now() - began;
        }),
      );
      const look = () => {
        if (Number(document.querySelector("[data-request]")?.dataset.call) === pk) return requestAnimationFrame(look);
        times.shown = performance.now() - began;
        done(times);
      };
      look();
      setTimeout(() => done(times), 5000);
    });
  },
  watchVitals() {
    const vitals = (window.vitals = { paint: 0, slowest: 0, shift: 0 });
    const watch = (type, take, more) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
    watch("largest-contentful-paint", (one) => (vitals.paint = one.startTime));
    watch("layout-shift", (one) => (vitals.shift += one.hadRecentInput ? 0 : one.value));
    watch("event", (one) => (vitals.slowest = Math.max(vitals.slowest, one.interactionId ? one.duration : 0)), { durationThreshold: 16 });
  },
  listen() {
    window.said = [];
    const region = document.querySelector("[data-status]");
    const note = () => region.textContent && window.said.push(performance.now());
    new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
  },
  watchBar() {
    window.seen = [];
    const words = document.querySelector("[data-new-words]");
    const look = () => {
      const number = this.said();
      if (number > (window.seen.at(-1)?.[1] ?? 0)) requestAnimationFrame(() => window.seen.push([Date.now() / 1000, number]));
    };
    new MutationObserver(look).observe(words, { childList: true, characterData: true, subtree: true });
  },
  aim(share) {
    const pane = document.querySelector("[data-rows]").getBoundingClientRect();
    const rows = [...document.querySelectorAll("[data-key]")].filter((row) => {
      const box = row.getBoundingClientRect();
      return box.top + 8 > pane.top && box.top + 30 < Math.min(pane.bottom, innerHeight);
    });
    const row = rows[Math.floor(share * rows.length)];
    const box = row.getBoundingClientRect();
    return { key: row.dataset.key, top: box.top, x: box.left + 120, y: box.top + Math.min(box.height / 2, 20) };
  },
  hit([x, y]) {
    const row = document.elementFromPoint(x, y)?.closest("[data-key]");
    return { key: row?.dataset.key ?? "nothing", top: row?.getBoundingClientRect().top ?? 0 };
  },
  words() {
    const spoken = [".rhead h2", ".check p", ".check label", ".became p", "[data-left]", ".card h3", ".facts li > span", ".pbar", ".diff th", ".diff td:not(.span)", ".btn", ".err-sum"];
    return [...document.querySelectorAll(spoken.join())]
      .filter((one) => one.offsetParent && !one.querySelector("blockquote, .sms"))
      .map((one) => {
        const copy = one.cloneNode(true);
        for (const other of copy.querySelectorAll("kbd, .sr, q")) other.remove();
        return copy.textContent.replace(/\s+/g, " ").trim();
      });
  },
}
