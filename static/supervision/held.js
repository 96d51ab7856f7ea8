// Lists that change under somebody's eyes: rows are mended in place, new ones are held until they are asked for.

import { readPart } from "./parts.js";

const keyed = (list) => new Map([...list.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row]));

/**
 * Bring a list up to date without moving a row. Rows that are gone turn grey; the keys of rows that are new are
 * returned, and they stay out. How each of the gone ended is told by `tellEndings`.
 */
export function mendRows(shown, fresh) {
  const old = keyed(shown);
  const current = keyed(fresh);
  const elsewhere = new Set(fresh.dataset.elsewhere?.split(" "));
  const before = new Set(shown.dataset.elsewhere?.split(" "));
  shown.dataset.elsewhere = fresh.dataset.elsewhere ?? "";
  const touched = shown.matches(":hover") || shown.contains(document.activeElement);
  for (const [key, row] of old) {
    const now = current.get(key);
    // What only slid to another page of a long list was not answered.
    if (!now && elsewhere.has(key)) continue;
    if (!now) greyOut(row);
    else if (touched) keepHeight(row, () => mendRow(row, now));
    else {
      row.style.blockSize = "";
      mendRow(row, now);
    }
  }
  return [...current.keys()].filter((key) => !old.has(key) && !before.has(key));
}

/** A row that says more than before would push the next one from under the pointer: it keeps its height meanwhile. */
function keepHeight(row, change) {
  const before = row.offsetHeight;
  change();
  if (row.offsetHeight !== before) row.style.blockSize = `${before}px`;
}

function mendRow(row, now) {
  row.dataset.version = now.dataset.version ?? "";
  for (const name of ["caller", "half", "ends"]) if (now.dataset[name]) row.dataset[name] = now.dataset[name];
  row.classList.remove("gone");
  delete row.dataset.ended;
  const link = row.querySelector(":scope > a");
  if (!link) {
    if (row.innerHTML !== now.innerHTML && !row.contains(document.activeElement)) row.replaceChildren(...now.cloneNode(true).childNodes);
    return;
  }
  const fresh = now.querySelector(":scope > a");
  if (link.innerHTML !== fresh.innerHTML) link.replaceChildren(...fresh.cloneNode(true).childNodes);
}

function greyOut(row) {
  if (row.classList.contains("gone")) return;
  row.classList.add("gone");
  row.querySelector(".left")?.replaceChildren();
}

/** Have every row that is gone say how it ended; the server knows, and is asked once for each of them. */
export async function tellEndings(rows) {
  const untold = [...rows.querySelectorAll(".gone:not([data-ended])")];
  if (!untold.length) return;
  const asked = new URLSearchParams(untold.map((row) => ["row", row.dataset.key]));
  const told = await readPart(`/requests/ended/?${asked}`, "endings");
  for (const [key, ending] of told ? keyed(told) : []) {
    const row = untold.find((one) => one.dataset.key === key && one.classList.contains("gone"));
    if (!row) continue;
    row.dataset.ended = "";
    keepHeight(row, () => row.querySelector(".left")?.replaceChildren(...ending.childNodes));
  }
}

/** Put the fresh rows in place of the old ones, keeping the selection and the focus. */
export function showRows(shown, fresh) {
  const selected = shown.querySelector("[aria-current]")?.closest("[data-key]")?.dataset.key;
  const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
  const scroll = shown.scrollTop;
  for (const one of fresh.querySelectorAll("[aria-current]")) one.removeAttribute("aria-current");
  shown.replaceChildren(...fresh.childNodes);
  const rows = keyed(shown);
  rows.get(selected)?.querySelector("a")?.setAttribute("aria-current", "true");
  rows.get(focused)?.querySelector("a")?.focus({ preventScroll: true });
  shown.scrollTop = scroll;
}
