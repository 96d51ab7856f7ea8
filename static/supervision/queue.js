// The queue page: the list, the request beside it, and the guard that nothing is answered before it could be read.

import { startCallers, watchCallers } from "./caller.js";
import { mendRows, showRows } from "./held.js";
import { mendMoreTime, mendShelf, sayHeld, startCountdowns } from "./holds.js";
import { announce, calmly, readPart } from "./parts.js";

const ARMING_MS = { read: 400, safe: 400, risky: 600, destructive: 600 };

let armedAt = 0;
const LOOK_AFTER_MS = 3000;
const LOOK_AGAIN_MS = 10000;

let waitingRows = null;
let lookAt = 0;
let opened = false;

const list = () => document.querySelector("[data-list]");
const request = () => document.querySelector("[data-request]");

/** Whether enough time has passed since the request appeared. */
export const isArmed = () => performance.now() >= armedAt;

/** Whether the row stands for the request beside the list. */
export const isOpen = (row) => row.pathname === request()?.dataset.url;

/** Bring the row's request beside the list, armed anew; nothing happens where the focus went on meanwhile. */
export async function openRow(row) {
  const { href, pathname } = row;
  if (isOpen(row) || !request()?.offsetParent) return;
  const fresh = await readPart(href, "request");
  if (!fresh || document.activeElement?.href !== href || pathname !== fresh.dataset.url) return;
  for (const one of list().querySelectorAll("[aria-current].row")) one.removeAttribute("aria-current");
  document.activeElement.setAttribute("aria-current", "true");
  history.replaceState(null, "", href);
  opened = true;
  swapRequest(fresh, { top: true });
}

/** Show the rows that were held back. */
export function showHeld() {
  if (!waitingRows) return false;
  showRows(list().querySelector("[data-rows]"), waitingRows);
  waitingRows = null;
  sayNew(0);
  return true;
}

/** A page that came back from a form instead of the one that sent it. */
export function showAnswered() {
  waitingRows = null;
  arm();
  focusFirst();
}

/** Begin on a queue page; returns what to call when something changed. */
export function startQueue() {
  arm();
  sayHeld();
  document.addEventListener("submit", guardSubmit, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-show-new]") && showHeld()) event.preventDefault();
  });
  window.addEventListener("pageshow", arm);
  focusFirst();
  const readList = calmly(refreshList, 120);
  const readRequest = calmly(refreshRequest, 60);
  noteOpened();
  startCallers();
  watchCallers(list(), readRows);
  setInterval(readList, 30000);
  startCountdowns(() => {
    readList();
    readRequest();
  });
  setInterval(tellLook, 1000);
  setInterval(() => "pending" in (request()?.dataset ?? {}) && readRequest(), 1000);
  return (hint) => {
    readList();
    const open = request()?.dataset;
    if (!hint || hint.call_id === Number(open?.call) || hint.run_id === Number(open?.run)) readRequest();
  };
}

/** Nothing is said for as long as it takes to see that something changed or moved. */
export function arm() {
  lookAt = performance.now() + LOOK_AFTER_MS;
  armedAt = performance.now() + (ARMING_MS[request()?.dataset.tier] ?? 0);
}

/** What the list brought along by itself nobody has opened: going into it has. */
function noteOpened() {
  opened = !document.body.classList.contains("at-list");
  for (const touch of ["pointerdown", "keydown"]) {
    document.addEventListener(touch, ({ target }) => (opened ||= Boolean(target.closest?.("[data-request]"))));
  }
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

function guardSubmit(event) {
  if (event.target.matches("[data-yes]") && !isArmed()) event.preventDefault();
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
  const fresh = shown && (await readPart(shown.dataset.url, "list"));
  if (!fresh) return;
  watchCallers(fresh, readRows);
  const head = fresh.querySelector(".qhead");
  countUp(Number(head.dataset.waiting));
  shown.querySelector("[data-head]").replaceChildren(head);
  mendShelf(shown.querySelector("[data-shelf]"), fresh.querySelector("[data-shelf]"));
  const rows = shown.querySelector("[data-rows]");
  const freshRows = fresh.querySelector("[data-rows]");
  if (!rows.querySelector("[data-key]") || shown.dataset.view === "decided") return showFirst(rows, freshRows);
  const held = mendRows(rows, freshRows);
  waitingRows = held ? freshRows : null;
  sayNew(held);
}

const readRows = () => readPart(list().dataset.url, "list");

async function showFirst(rows, freshRows) {
  if (rows.matches(":hover") && rows.querySelector("[data-key]")) return;
  const had = rows.querySelector("[data-key]");
  showRows(rows, freshRows);
  const first = rows.querySelector("[data-key] a");
  if (had || !first || request()?.dataset.url) return;
  first.setAttribute("aria-current", "true");
  const beside = await readPart(first.href, "request");
  if (beside) swapRequest(beside);
  announce("A new request is waiting.");
}

async function refreshRequest() {
  const open = request();
  if (!open?.dataset.url) return;
  const fresh = await readPart(open.dataset.url, "request");
  if (!fresh || open !== request()) return;
  const same = ["version", "state", "runState"].every((name) => open.dataset[name] === fresh.dataset[name]);
  if (same) {
    replaceIfChanged(open.querySelector("[data-left]"), fresh.querySelector("[data-left]"));
    mendMoreTime(open.querySelector("[data-more]"), fresh.querySelector("[data-more]"));
    const claim = open.querySelector("[data-claim]");
    if (!claim?.contains(document.activeElement)) replaceIfChanged(claim, fresh.querySelector("[data-claim]"));
    return;
  }
  if (open.dataset.state === "awaiting") announce(fresh.querySelector(".became b")?.textContent ?? "This request changed.");
  // Whoever lost the race must not lose the news of it to the next refresh.
  const told = open.querySelector("[data-told]");
  swapRequest(fresh);
  if (told) fresh.querySelector(".rhead")?.after(told);
  const note = open.querySelector("[name=note]")?.value;
  const field = fresh.querySelector("[name=note]");
  if (field) field.value = note ?? "";
  else if (note) fresh.querySelector(".rhead")?.after(keepNote(note));
}

/** What somebody was writing when a colleague closed it, to be copied. */
function keepNote(note) {
  const kept = document.createElement("p");
  kept.className = "card became words";
  kept.textContent = `Your note was not used: ${note}`;
  return kept;
}

function swapRequest(fresh, { top = false } = {}) {
  const open = request();
  const focused = open.contains(document.activeElement);
  const scroll = top ? 0 : (open.querySelector(".rscroll")?.scrollTop ?? 0);
  open.replaceWith(fresh);
  fresh.querySelector(".rscroll").scrollTop = scroll;
  if (focused) fresh.querySelector("#rh")?.focus({ preventScroll: true });
  arm();
}

function replaceIfChanged(shown, fresh) {
  if (shown && fresh && shown.innerHTML !== fresh.innerHTML) shown.replaceChildren(...fresh.childNodes);
}

function countUp(waiting) {
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (waiting) document.title = `(${waiting}) ${document.title}`;
  for (const count of document.querySelectorAll("[data-count]")) count.firstChild.textContent = String(waiting);
}

function sayNew(held) {
  const bar = list().querySelector(".newbar");
  const words = `${held} new ${held === 1 ? "request" : "requests"}`;
  bar.classList.toggle("has", held > 0);
  bar.querySelector("[data-new-words]").textContent = held ? words : "New requests wait here";
  const show = bar.querySelector("[data-show-new]");
  show.hidden = !held;
  show.textContent = held === 1 ? "Show it" : "Show them";
  if (held && bar.dataset.said !== words) announce(`${words} waiting.`);
  bar.dataset.said = held ? words : "";
}
