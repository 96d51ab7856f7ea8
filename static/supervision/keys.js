// Single keys, only while the list or the request has the focus and nobody is typing.

import { isArmed, showHeld } from "./queue.js";

const rows = () => [...document.querySelectorAll("[data-rows] a.row")];
const request = () => document.querySelector("[data-request]");

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  a: sayYes,
  r: sayNo,
  n: showHeld,
  "?": () => document.querySelector("[data-keys]")?.showModal(),
};

/** Listen for keys on the queue page. */
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    const inside = document.activeElement?.closest?.("[data-desk]");
    if (!inside || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") return leave();
    if (isTyping(document.activeElement)) return;
    if (chooseReason(event)) return;
    const inList = document.activeElement.closest("[data-rows]");
    if (inList && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      return step(event.key === "ArrowDown" ? 1 : -1);
    }
    const act = ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

const isTyping = (element) => element?.matches?.("textarea, select, input:not([type=checkbox]):not([type=radio])");

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement.closest("a.row") ?? all.find((row) => row.hasAttribute("aria-current")));
  all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
}

function sayYes() {
  if (!isArmed()) return;
  const open = request();
  const tick = open?.querySelector(".tick input:not(:checked)");
  const field = open?.querySelector("#typed");
  const yes = open?.querySelector("form[data-yes] button");
  if (tick) return tick.focus();
  if (field && !field.value) return field.focus();
  if (yes && ["read", "safe"].includes(open.dataset.tier)) return yes.click();
  yes?.focus();
}

function sayNo() {
  const panel = request()?.querySelector("[data-no]");
  if (!panel) return;
  panel.open = true;
  panel.querySelector("input[type=radio]")?.focus();
}

function chooseReason(event) {
  const panel = request()?.querySelector("[data-no][open]");
  const radio = /^[1-6]$/.test(event.key) && panel?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  if (!radio) return false;
  event.preventDefault();
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
