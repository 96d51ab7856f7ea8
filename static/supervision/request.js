// The request beside the list: armed after a moment, kept true while it is open, and known to be looked at.

import { mendMoreTime } from "./holds.js";
import { alarm, announce, calmly, readPart, replaceIfChanged } from "./parts.js";

const ARMING_MS = { read: 400, safe: 400, risky: 600, destructive: 600 };
const LOOK_AFTER_MS = 3000;
const LOOK_AGAIN_MS = 10000;
const READ_AGAIN_MS = 20000;
const LAST_CALL_MS = 30000;

let armedAt = 0;
let lookAt = 0;
let opened = false;
let lastCall = "";

export const request = () => document.querySelector("[data-request]");

/** Whether enough time has passed since the request appeared. */
export const isArmed = () => performance.now() >= armedAt;

/** Begin; returns what to call when the request may have changed. */
export function startRequest() {
  startArming();
  opened = !document.body.classList.contains("at-list");
  // What the list brought along by itself nobody has opened: going into it has.
  for (const touch of ["pointerdown", "keydown"]) {
    document.addEventListener(touch, ({ target }) => (opened ||= Boolean(target.closest?.("[data-request]"))));
  }
  const read = calmly(refreshRequest, 60);
  setInterval(read, READ_AGAIN_MS);
  setInterval(() => "pending" in (request()?.dataset ?? {}) && read(), 1000);
  setInterval(() => {
    tellLook();
    callLast();
  }, 1000);
  return read;
}

/** From now on no yes is sent before its page was there for a moment. */
export function startArming() {
  arm();
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-yes]") && !isArmed()) event.preventDefault();
  }, true);
}

/** Nothing is said for as long as it takes to see that something changed or moved. */
export function arm() {
  lookAt = performance.now() + LOOK_AFTER_MS;
  armedAt = performance.now() + (ARMING_MS[document.querySelector("[data-tier]")?.dataset.tier] ?? 0);
}

/** Whoever presses a key that answers has the request in hand: colleagues are told at once. */
export function tellLookNow() {
  opened = true;
  lookAt = 0;
  tellLook();
}

/** Put another request in the place of this one. */
export function swapRequest(fresh, { top = false } = {}) {
  const open = request();
  if (!open) return; // the session ended meanwhile
  const focused = open.contains(document.activeElement);
  const scroll = top ? 0 : (open.querySelector(".rscroll")?.scrollTop ?? 0);
  opened ||= top;
  open.replaceWith(fresh);
  fresh.querySelector(".rscroll").scrollTop = scroll;
  if (top) scrollTo(0, 0); // a telephone scrolls the page, not the part
  if (focused) fresh.querySelector("#rh")?.focus({ preventScroll: true });
  arm();
}

/** Colleagues are told who has a request open, from the third second on and for as long as it is looked at. */
function tellLook() {
  const open = request();
  const url = open?.dataset.claimUrl;
  if (!opened || !url || !open.offsetParent || document.hidden || performance.now() < lookAt) return;
  lookAt = performance.now() + LOOK_AGAIN_MS;
  const csrfmiddlewaretoken = open.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const body = new URLSearchParams({ act: "look", csrfmiddlewaretoken });
  fetch(url, { method: "POST", body, headers: { "X-Desk-Form": "sent" } }).catch(() => null);
}

function callLast() {
  const { until, url } = request()?.dataset ?? {};
  const left = Date.parse(until ?? "") - Date.now();
  if (!(left > 0 && left <= LAST_CALL_MS) || lastCall === url + until) return;
  lastCall = url + until;
  alarm("30 seconds left to answer this request.");
}

async function refreshRequest() {
  const open = request();
  if (!open?.dataset.url || document.hidden) return;
  const fresh = await readPart(open.dataset.url, "request");
  if (!fresh || open !== request()) return;
  const same = ["version", "state", "runState"].every((name) => open.dataset[name] === fresh.dataset[name]);
  if (same) return mendRequest(open, fresh);
  if (open.dataset.state === "awaiting") announce(fresh.querySelector(".became b")?.textContent ?? "This request changed.");
  // Whoever lost the race must not lose the news of it to the next refresh.
  const told = open.querySelector("[data-told]");
  swapRequest(fresh);
  if (told) fresh.querySelector(".rhead")?.after(told);
  carryNote(open, fresh);
}

/** What grows old on an open request, made new in place. */
function mendRequest(open, fresh) {
  open.dataset.until = fresh.dataset.until ?? "";
  mendMoreTime(open.querySelector("[data-more]"), fresh.querySelector("[data-more]"));
  for (const name of ["[data-left]", "[data-claim]", "[data-checks]", "[data-stop]"]) {
    replaceIfChanged(open.querySelector(name), fresh.querySelector(name));
  }
}

/** What somebody was writing stays theirs: in the field, or to be copied where a colleague closed the request. */
function carryNote(open, fresh) {
  const note = open.querySelector("[name=note]")?.value;
  const field = fresh.querySelector("[name=note]");
  if (field) field.value = note ?? "";
  if (field || !note) return;
  const kept = document.createElement("p");
  kept.className = "card became words";
  kept.textContent = `Your note was not used: ${note}`;
  fresh.querySelector(".rhead")?.after(kept);
}
