// Single keys, only while the list or the request has the focus and nobody is typing. A person may want them with Alt,
// or not at all; Enter, Esc and the arrows are no shortcuts.

import { undoNewest } from "./holds.js";
import { isOpen, openRow, showHeld } from "./queue.js";
import { isArmed, request, tellLookNow } from "./request.js";

const FOLLOW_MS = 150;

const rows = () => [...document.querySelectorAll("[data-rows] a.row")];

let following = 0;

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  a: sayYes,
  e: () => openPanel("[data-change]"),
  r: () => openPanel("[data-no]"),
  l: leaveIt,
  m: () => press(meant()?.querySelector("[data-more] button")),
  z: undoNewest,
  n: showHeld,
  "/": () => document.querySelector("#find")?.focus(),
  "?": () => document.querySelector("[data-keys]")?.showModal(),
};

/** Listen for keys on the queue page. */
export function startKeys() {
  const wanted = document.documentElement.dataset.shortcuts;
  document.addEventListener("keydown", (event) => {
    const inside = document.activeElement?.closest?.("[data-desk]");
    if (!inside || event.repeat || event.ctrlKey || event.metaKey) return;
    const typing = isTyping(document.activeElement);
    if (event.key === "Escape") return leave();
    if (typing && !event.altKey) return;
    const meansKey = wanted === "alt" ? event.altKey : wanted === "on" && !event.altKey;
    if (meansKey && chooseReason(event)) return;
    if (!event.altKey && arrow(event)) return;
    const act = ACTIONS[keyOf(event)];
    if (!act || !meansKey || typing) return;
    event.preventDefault();
    act();
  });
}

export const isTyping = (element) => element?.matches?.("textarea, select, input:not([type=checkbox]):not([type=radio])");

/** With Alt some keyboards give another sign: then the place of the key counts. */
function keyOf({ key, code, altKey }) {
  if (altKey && /^Key[A-Z]$/.test(code)) return code.at(-1).toLowerCase();
  return key.toLowerCase();
}

function arrow(event) {
  if (!document.activeElement.closest("[data-rows]") || !["ArrowDown", "ArrowUp"].includes(event.key)) return false;
  event.preventDefault();
  step(event.key === "ArrowDown" ? 1 : -1);
  return true;
}

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement.closest("a.row") ?? all.find((row) => row.hasAttribute("aria-current")));
  const row = all[Math.min(all.length - 1, Math.max(0, at + by))];
  row?.focus();
  clearTimeout(following);
  if (row) following = setTimeout(() => openRow(row), FOLLOW_MS);
}

/** The open request where the keys mean it; with another row under the focus, that one is opened and armed instead. */
function meant() {
  const row = document.activeElement.closest("a.row");
  if (row && !isOpen(row)) {
    openRow(row);
    return null;
  }
  tellLookNow();
  return request();
}

function sayYes() {
  const open = meant();
  const tick = open?.querySelector(".tick input:not(:checked)");
  const field = open?.querySelector("#typed");
  const yes = open?.querySelector("form[data-yes] button");
  if (tick) return tick.focus();
  if (field && !field.value) return field.focus();
  if (yes && ["read", "safe"].includes(open.dataset.tier) && isArmed()) return yes.click();
  yes?.focus();
}

/** Open what stands behind a button, and go to its first control; a plain link is followed. */
function openPanel(name) {
  const panel = meant()?.querySelector(name);
  if (!panel) return;
  if (!panel.matches("details")) return press(panel.matches("a, button") ? panel : panel.querySelector("a, button"));
  panel.open = true;
  panel.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

const press = (button) => button?.click();

function leaveIt() {
  const claim = meant()?.querySelector("[data-claim]");
  const panel = claim?.querySelector("details");
  if (panel) panel.open = true;
  claim?.querySelector("details input[name=note], form button")?.focus();
}

function chooseReason(event) {
  const panel = request()?.querySelector("[data-no][open]");
  const number = /^(?:Digit)?([1-6])$/.exec(event.altKey ? event.code : event.key)?.[1];
  const radio = number && !isTyping(document.activeElement) && panel?.querySelectorAll("input[type=radio]")[Number(number) - 1];
  if (!radio) return false;
  event.preventDefault();
  if (!meant()) return true;
  radio.checked = true;
  radio.focus();
  return true;
}

function leave() {
  const panel = request()?.querySelector("[data-no][open], [data-change][open]");
  if (panel) {
    panel.open = false;
    panel.querySelector("summary").focus();
    return;
  }
  const all = rows();
  (all.find((row) => row.hasAttribute("aria-current")) ?? all[0])?.focus();
}
