// Yeses that are held: the seconds that are left, and the shelf on which they can be taken back.

import { announce } from "./parts.js";
import { say, sayCount } from "./words.js";

const ends = new WeakMap();

/** Count every second down; `onOver` is called once for each hold that has come to its end. */
export function startCountdowns(onOver = () => {}) {
  setInterval(() => {
    for (const shown of document.querySelectorAll("[data-countdown]")) tick(shown, onOver);
  }, 250);
}

function tick(shown, onOver) {
  if (!ends.has(shown)) ends.set(shown, performance.now() + Number(shown.dataset.countdown) * 1000);
  const left = Math.max(0, Math.ceil((ends.get(shown) - performance.now()) / 1000));
  const words = left ? sayCount("in", left) : say("now");
  if (shown.textContent === words) return;
  shown.textContent = words;
  if (!left) onOver();
}

/** Bring the shelf up to date; whoever stands on a button of it keeps it for as long as the same things are held. */
export function mendShelf(shown, fresh) {
  const held = (shelf) => shelf.querySelector("[data-holds]")?.dataset.holds;
  if (!shown || !fresh) return;
  const inside = shown.contains(document.activeElement);
  if (inside && held(shown) === held(fresh)) return;
  shown.replaceChildren(...fresh.childNodes);
  if (inside) (shown.querySelector("button, a") ?? document.querySelector("[data-rows]")).focus({ preventScroll: true });
}

/** Take the newest held yes back, and say which. */
export function undoNewest() {
  const form = document.querySelector("[data-shelf] [data-undo]") ?? document.querySelector("[data-undo]");
  if (!form) return announce("Nothing is held that could be taken back.");
  announce(`Taken back${form.querySelector(".sr").textContent}`);
  form.requestSubmit();
}

/** After an answer: what was said, and for how long it can be taken back. */
export function sayHeld() {
  const newest = document.querySelector("[data-shelf] [data-holds] li");
  const left = newest?.querySelector("[data-countdown] b")?.textContent;
  const next = document.querySelector("[data-request] #rh")?.textContent;
  if (left) announce(`Said yes. ${left} to undo: ${newest.querySelector("a").textContent}.${next ? ` Next: ${next}` : ""}`);
}

/** The form for more time goes with what the request waits for; one that has the focus only learns the new time. */
export function mendMoreTime(shown, fresh) {
  if (!shown || !fresh) return;
  const until = (form) => form.querySelector("[name=until]");
  if (!shown.contains(document.activeElement) || !until(fresh)) return shown.replaceChildren(...fresh.childNodes);
  until(shown).value = until(fresh).value;
}
