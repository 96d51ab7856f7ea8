// Single keys, only while the list or the request has the focus and nobody is typing.

import { undoNewest } from "./holds.js";
import { isArmed, isOpen, openRow, showHeld } from "./queue.js";

const FOLLOW_MS = 150;

const rows = () => [...document.querySelectorAll("[data-rows] a.row")];
const request = () => document.querySelector("[data-request]");

let following = 0;

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  a: sayYes,
  e: () => meant()?.querySelector("[data-change] button")?.click(),
  r: sayNo,
  l: leaveIt,
  m: () => meant()?.querySelector("[data-more] button")?.click(),
  z: undoNewest,
  n: showHeld,
  "?": () => document.querySelector("[data-keys]")?.showModal(),
};

/** Listen for keys on the queue page, unless this person switched them off. Enter, Esc and the arrows are no shortcuts. */
export function startKeys() {
  const single = document.documentElement.dataset.shortcuts !== "off";
  document.addEventListener("keydown", (event) => {
    const inside = document.activeElement?.closest?.("[data-desk]");
    if (!inside || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") return leave();
    if (isTyping(document.activeElement)) return;
    if (single && chooseReason(event)) return;
    const inList = document.activeElement.closest("[data-rows]");
    if (inList && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      return step(event.key === "ArrowDown" ? 1 : -1);
    }
    const act = ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || !single) return;
    event.preventDefault();
    act();
  });
}

const isTyping = (element) => element?.matches?.("textarea, select, input:not([type=checkbox]):not([type=radio])");

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
  if (!row || isOpen(row)) return request();
  openRow(row);
  return null;
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

function sayNo() {
  const panel = meant()?.querySelector("[data-no]");
  if (!panel) return;
  panel.open = true;
  panel.querySelector("input[type=radio]")?.focus();
}

function leaveIt() {
  const claim = meant()?.querySelector("[data-claim]");
  const panel = claim?.querySelector("details");
  if (panel) panel.open = true;
  claim?.querySelector("details input[name=note], form button")?.focus();
}

function chooseReason(event) {
  const panel = request()?.querySelector("[data-no][open]");
  const radio = /^[1-6]$/.test(event.key) && panel?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  if (!radio) return false;
  event.preventDefault();
  if (!meant()) return true;
  radio.checked = true;
  radio.focus();
  return true;
}

function leave() {
  const panel = request()?.querySelector("[data-no][open]");
  if (panel) {
    panel.open = false;
    panel.querySelector("summary").focus();
    return;
  }
  const all = rows();
  (all.find((row) => row.hasAttribute("aria-current")) ?? all[0])?.focus();
}
