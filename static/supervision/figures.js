// The figures under a keyboard: arrows move in a table of links, Backspace goes back, [ and ] go by a week. A person may
// want single keys with Alt, or not at all; the arrows are no shortcuts. Nothing is a key while somebody types.

import { isTyping } from "./keys.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const ACTIONS = {
  "[": () => follow("[data-earlier]"),
  "]": () => follow("[data-later]"),
  Backspace: () => follow("[data-back]"),
  "?": () => document.querySelector("[data-keys]")?.showModal(),
};
const BY_PLACE = { BracketLeft: "[", BracketRight: "]" };

const follow = (name) => document.querySelector(name)?.click();

/** Listen for keys on the pages of figures. */
export function startFigures() {
  const wanted = document.documentElement.dataset.shortcuts;
  document.addEventListener("keydown", (event) => {
    // Some keyboards have brackets under AltGr, which is no Alt and no Ctrl.
    const graph = event.getModifierState("AltGraph");
    if (event.repeat && !ARROWS[event.key]) return;
    if (event.metaKey || (event.ctrlKey && !graph)) return;
    if (isTyping(document.activeElement) || document.querySelector("dialog[open]")) return;
    const alt = event.altKey && !graph;
    if (ARROWS[event.key] && !alt) return void (move(ARROWS[event.key]) && event.preventDefault());
    const act = ACTIONS[alt ? (BY_PLACE[event.code] ?? event.key) : event.key];
    if (!act || (wanted === "alt" ? !alt : wanted !== "on" || alt)) return;
    event.preventDefault();
    act();
  });
}

/** Where in a table of the page the focus stands: table, row and column; null where it does not. */
export function placeOf(element) {
  const cell = element?.closest?.("td, th");
  const table = cell?.closest("table");
  return table && [[...document.querySelectorAll("table")].indexOf(table), cell.parentElement.rowIndex, cell.cellIndex];
}

/** Put the focus back to such a place. */
export function focusAt([table, row, column]) {
  linkAt(document.querySelectorAll("table")[table]?.rows[row], column)?.focus({ preventScroll: true });
}

const linkAt = (row, column) => row?.cells[column]?.querySelector("a");

/** To the next link in that direction, past cells without one; false where the focus is in no table. */
function move([down, right]) {
  const cell = document.activeElement.closest("td, th");
  const rows = cell?.closest("table").rows;
  if (!rows) return false;
  let row = cell.parentElement.rowIndex + down;
  let column = cell.cellIndex + right;
  while (rows[row]?.cells[column] ?? (down && rows[row])) {
    const link = linkAt(rows[row], column);
    if (link) return link.focus(), true;
    row += down;
    column += right;
  }
  return true;
}
