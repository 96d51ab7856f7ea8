// The queue page: a list that does not move, and the guard that nothing is answered before it could be read.

import { startCallers, watchCallers, watchEnds } from "./caller.js";
import { mendRows, showRows, tellEndings } from "./held.js";
import { mendShelf, sayHeld, startCountdowns } from "./holds.js";
import { LATER, SOON, announce, paced, readPart, replaceIfChanged } from "./parts.js";
import { arm, request, startRequest, swapRequest } from "./request.js";
import { sayCount } from "./words.js";

const SLOW_MS = 300;
const CALM = ["run.changed", "edit.answered"]; // what no row shows

let waitingRows = null;
let arrived = new Map(); // what hints told of that no reading has shown yet
let held = new Set(); // what the last reading held back
let counted = 0;
let wanted = "";
let readList = () => {};

const list = () => document.querySelector("[data-list]");
const rowsOf = (part) => part.querySelector("[data-rows]");
const rowAt = (path) => [...rowsOf(list()).querySelectorAll("a.row")].find((row) => row.pathname === path);

/** Whether the row stands for the request beside the list. */
export const isOpen = (row) => row.pathname === request()?.dataset.url;

/** Begin on a queue page; returns what to call when something changed. */
export function startQueue() {
  const readRequest = startRequest();
  readList = paced(refreshList);
  counted = Number(list().querySelector(".qhead").dataset.waiting);
  document.addEventListener("click", onClick);
  addEventListener("popstate", () => openPath(location.href, { top: true }));
  addEventListener("pageshow", arm);
  focusFirst();
  startCallers();
  watchCallers(list(), readRows);
  setInterval(() => list() && watchEnds(list, readRows), 1000);
  scheduleLookEnd(list());
  sayHeld();
  startCountdowns(() => {
    readList();
    readRequest();
  });
  setInterval(() => readList(), 30000);
  return (hint) => {
    if (!list()) return; // the session ended with the page open
    if (!CALM.includes(hint?.kind)) readList(paceOf(hint));
    const open = request()?.dataset;
    if (!hint || hint.call_id === Number(open?.call) || hint.run_id === Number(open?.run)) readRequest();
  };
}

/** Bring the row's request beside the list, armed anew; nothing happens where the focus went on meanwhile. */
export function openRow(row) {
  if (isOpen(row) || !request()?.offsetParent) return;
  openPath(row.href, { top: true, still: () => document.activeElement === row });
}

/** Show the rows that were held back. */
export function showHeld() {
  if (!held.size && !arrived.size) return false;
  bringHeld();
  return true;
}

/** A page that came back from a form instead of the one that sent it. */
export function showAnswered() {
  waitingRows = null;
  arm();
  focusFirst();
  readList();
}

/** Where a form leads, gone to without a new page: the list stays as it is. False where that cannot be. */
export async function followForm(url, said) {
  const { pathname } = new URL(url, location.href);
  if (!list() || !/^\/(requests|handoffs)\/\d+\/$/.test(pathname)) return false;
  const same = pathname === request()?.dataset.url;
  if (!(await openPath(url, { top: !same, push: !same, focus: true }))) return false;
  readList();
  if (same) return true;
  if (!rowAt(pathname)) await bringHeld();
  rowAt(pathname)?.scrollIntoView({ block: "nearest" });
  await refreshList();
  if (document.querySelector("[data-shelf] [data-holds]") && said.includes("yes")) sayHeld();
  else announce(`${said}Next: ${document.querySelector("#rh")?.textContent ?? ""}`);
  return true;
}

async function openPath(href, { top = false, push = false, focus = false, still = () => true } = {}) {
  wanted = href;
  const before = request();
  const slow = setTimeout(() => before?.setAttribute("aria-busy", "true"), SLOW_MS);
  const fresh = await readPart(href, "request");
  clearTimeout(slow);
  before?.removeAttribute("aria-busy");
  if (!fresh || wanted !== href || !still()) return false;
  for (const one of rowsOf(list()).querySelectorAll("[aria-current].row")) one.removeAttribute("aria-current");
  rowAt(new URL(href, location.href).pathname)?.setAttribute("aria-current", "true");
  if (push) history.pushState(null, "", href);
  else if (location.href !== href) history.replaceState(null, "", href);
  swapRequest(fresh, { top });
  markOpen(list());
  if (focus) document.querySelector("#rh")?.focus({ preventScroll: true });
  return true;
}

/** A row opens its request beside the list, which stays as it is; on a telephone the request is a page of its own. */
async function onClick(event) {
  if (event.target.closest?.("[data-show-new]") && showHeld()) return event.preventDefault();
  const row = event.target.closest?.("[data-rows] a.row");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button || !request()?.offsetParent) return;
  event.preventDefault();
  const opened = isOpen(row) || (await openPath(row.href, { top: true, push: true }));
  if (!opened && wanted === row.href) return location.assign(row.href);
  if (isOpen(row)) document.querySelector("#rh")?.focus({ preventScroll: true });
}

function focusFirst() {
  const problem = document.querySelector("[data-problem]");
  const atList = document.body.classList.contains("at-list");
  const field = document.getElementById(problem?.querySelector("a")?.hash.slice(1) ?? "");
  const target = (field?.matches("input, textarea") ? field : problem) ?? (atList ? list()?.querySelector("[aria-current].row") : request()?.querySelector("#rh"));
  if (document.activeElement === document.body) target?.focus({ preventScroll: true });
}

async function refreshList() {
  const shown = list();
  const began = performance.now();
  const fresh = shown && (await readPart(shown.dataset.url, "list"));
  if (!fresh || shown !== list()) return;
  watchCallers(fresh, readRows);
  scheduleLookEnd(fresh);
  counted = Number(fresh.querySelector(".qhead").dataset.waiting);
  countUp(counted);
  replaceIfChanged(shown.querySelector("[data-head]"), fresh.querySelector("[data-head]"));
  markOpen(fresh);
  mendShelf(shown.querySelector("[data-shelf]"), fresh.querySelector("[data-shelf]"));
  if (!rowsOf(shown).querySelector("[data-key]")) return showFirst(rowsOf(shown), rowsOf(fresh));
  held = new Set(mendRows(rowsOf(shown), rowsOf(fresh)));
  tellEndings(rowsOf(shown));
  for (const [key, at] of arrived) if (at < began || held.has(key)) arrived.delete(key);
  waitingRows = rowsOf(fresh);
  sayNew();
}

/** The list was asked for at the address of the page; the request beside it may be another one by now. */
function markOpen(part) {
  for (const one of part.querySelectorAll("[data-holds] li")) {
    one.toggleAttribute("data-open", one.querySelector("a").pathname === request()?.dataset.url);
  }
}

const readRows = () => readPart(list().dataset.url, "list");

async function bringHeld() {
  const fresh = await readRows();
  const rows = fresh ? rowsOf(fresh) : waitingRows;
  if (!rows) return;
  showRows(rowsOf(list()), rows);
  waitingRows = null;
  arrived.clear();
  held.clear();
  sayNew();
}

/** What is on the screen is mended soon; what is held back anyway is read when there is time. */
function paceOf(hint) {
  const rows = rowsOf(list());
  if (!hint || hint.kind === "call.settled" || !rows.querySelector("[data-key]")) return SOON;
  if (hint.kind === "call.waiting") noteArrival(`call-${hint.call_id}`, rows);
  return rows.querySelector(`[data-run="${hint.run_id}"]`) ? SOON : LATER;
}

/** A hint is enough to say that something waits: 50 desks must not read 50 lists for it. */
function noteArrival(key, rows) {
  if (list().dataset.view !== "waiting" || rows.querySelector(`[data-key="${key}"]`)) return;
  if (rows.dataset.elsewhere.split(" ").includes(key)) return;
  arrived.set(key, performance.now());
  countUp(counted + arrived.size);
  sayNew();
}

async function showFirst(rows, freshRows) {
  showRows(rows, freshRows);
  const first = rows.querySelector("[data-key] a");
  if (!first || request()?.dataset.url) return;
  first.setAttribute("aria-current", "true");
  const beside = await readPart(first.href, "request");
  if (beside) swapRequest(beside);
  announce("A new request is waiting.");
}

/** A look of a colleague ends without a word: the list is read again when the first of those shown does. */
const scheduleLookEnd = (() => {
  let timer = 0;
  return (part) => {
    clearTimeout(timer);
    const left = [...part.querySelectorAll("[data-look-left]")].map((row) => Number(row.dataset.lookLeft));
    if (left.length) timer = setTimeout(() => readList(), Math.min(...left) * 1000 + 300);
  };
})();

function countUp(waiting) {
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (waiting) document.title = `(${waiting}) ${document.title}`;
  for (const count of document.querySelectorAll("[data-count]")) count.firstChild.textContent = String(waiting);
}

function sayNew() {
  const number = new Set([...held, ...arrived.keys()]).size;
  const bar = list().querySelector(".newbar");
  const words = sayCount(bar.dataset.noun ?? "request", number);
  bar.classList.toggle("has", number > 0);
  bar.querySelector("[data-new-words]").textContent = number ? words : bar.dataset.rest;
  const show = bar.querySelector("[data-show-new]");
  show.hidden = !number;
  show.textContent = sayCount("show", number);
  if (number && bar.dataset.said !== words) announce(`${words} waiting.`);
  bar.dataset.said = number ? words : "";
}

