// The upgrade of every page: live hints, parts read again. Without it each page works as it stands.

import { startNoticesBox, startSoundTrial } from "./caller.js";
import { focusAt, placeOf, startFigures } from "./figures.js";
import { startForms } from "./forms.js";
import { mendRows } from "./held.js";
import { startCountdowns } from "./holds.js";
import { startKeys } from "./keys.js";
import { startMarks } from "./marks.js";
import { announce, calmly, isSame, readPart, sayTime, showLoggedOut } from "./parts.js";
import { followForm, showAnswered, startQueue } from "./queue.js";
import { arm, startArming } from "./request.js";
import { retryNow, watchDesk } from "./socket.js";
import { dressTrace, isAtEnd, startTrace } from "./trace.js";
import { say } from "./words.js";

const readers = [];
if (document.querySelector("[data-desk]")) {
  readers.push(startQueue());
  startKeys();
}
if (document.querySelector("[data-together]")) startArming();
if (document.querySelector("[data-together], [data-answered]")) startCountdowns();
if (document.querySelector("[data-refresh]")) readers.push(startWhole(document.querySelector("[data-refresh]").dataset));
if (document.querySelector("[data-runs]")) readers.push(startRuns());
if (document.querySelector("[data-refresh=run]")) startTrace();
if (document.querySelector("[data-figures]")) startFigures();
if (document.querySelector("[data-stops]")) readers.push(startStops());

if (document.querySelector("[data-notices-box]")) startNoticesBox();
startMarks();
startSoundTrial();
startForms({ onShown: () => document.querySelector("[data-desk]") && showAnswered(), onGo: followForm });
document.querySelector("[data-retry]")?.addEventListener("click", retryNow);
watchDesk({ onChange: (hint) => readers.forEach((read) => read(hint)), onState: showState, onOver: showLoggedOut });

/** A page of one part, replaced as a whole where it changed. */
function startWhole({ refresh, run, slow, every }) {
  const read = calmly(async () => {
    const shown = document.querySelector(`[data-refresh="${refresh}"]`);
    if (!shown || "over" in shown.dataset) return;
    const atEnd = isAtEnd();
    // Old figures stay, but not as if they were new.
    const late = setTimeout(() => slow !== undefined && shown.setAttribute("aria-busy", "true"), 1000);
    const fresh = await readPart(refresh === "run" ? location.href : shown.dataset.url, refresh);
    clearTimeout(late);
    shown.removeAttribute("aria-busy");
    if (!fresh || isSame(fresh, shown) || String(getSelection())) return;
    const focused = document.activeElement?.id;
    const place = placeOf(document.activeElement);
    const open = [...shown.querySelectorAll("details")].map((one) => one.open);
    shown.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((one, index) => (one.open = open[index] ?? false));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    else if (place) focusAt(place);
    if (refresh === "run") dressTrace(atEnd);
    if ("over" in fresh.dataset) announce(fresh.dataset.over || "The run has ended.");
  }, slow === undefined ? 80 : 3000);
  setInterval(read, Number(every) || (slow === undefined ? 15000 : 60000));
  return (hint) => {
    if (!hint || !run || hint.run_id === Number(run)) read();
  };
}

/** The run list: rows are mended in place; new ones wait behind the bar, which is a plain link. */
function startRuns() {
  return calmly(async () => {
    const shown = document.querySelector("[data-runs]");
    if (!shown) return;
    const fresh = await readPart(shown.dataset.url, "runs");
    const rows = shown.querySelector("[data-rows]");
    const freshRows = fresh?.querySelector("[data-rows]");
    if (!freshRows) return;
    if (!rows) return shown.replaceWith(fresh);
    const held = mendKnown(rows, freshRows).length;
    const bar = shown.querySelector(".newbar");
    bar.classList.toggle("has", held > 0);
    if (!held) return;
    bar.querySelector("[data-new-words]").textContent = `${held} new ${held === 1 ? "run" : "runs"}`;
    bar.querySelector("[data-show-new]").textContent = "Show them";
  }, 500);
}

/** Rows that slid off the page are still runs: they must not turn grey. */
function mendKnown(rows, freshRows) {
  const held = mendRows(rows, freshRows);
  for (const row of rows.querySelectorAll(".gone")) row.classList.remove("gone");
  return held;
}

/** What is stopped stands on every page, and is read again from the smallest one. */
function startStops() {
  const read = calmly(async () => {
    const shown = document.querySelector("[data-stops]");
    const fresh = shown && (await readPart("/me/", "stops"));
    if (!fresh || fresh.innerHTML === shown.innerHTML) return;
    shown.replaceWith(fresh);
    forgetLifted(shown, fresh);
    arm();
    announce(fresh.textContent.trim() || "The assistant works again.");
  }, 60);
  setInterval(read, 10000);
  return (hint) => {
    if (!hint || hint.kind === "desk.changed") read();
  };
}

/** An answer that was not used because of a stop is told for as long as that stop stands. */
function forgetLifted(shown, fresh) {
  const told = document.querySelector("[data-told]");
  for (const { textContent: sentence } of shown.querySelectorAll("bdi")) {
    if (told?.textContent.includes(sentence) && !fresh.textContent.includes(sentence)) told.remove();
  }
}

function showState({ live, since, next }) {
  const sign = document.querySelector("[data-live]");
  const bar = document.querySelector("[data-offair]");
  if (!sign || !bar) return;
  sign.dataset.state = live ? "live" : "down";
  const words = sign.querySelector("[data-live-words]");
  const detail = document.createElement("span");
  detail.className = "hide-m";
  detail.textContent = live ? ` · ${say("live-at", sayTime(new Date()))}` : ` ${say("since", sayTime(since))}`;
  words.replaceChildren(say(live ? "live" : "down"), detail);
  bar.hidden = live || Date.now() - since < 3000;
  bar.querySelector("[data-offair-fact]").textContent = say("offair", sayTime(since));
  bar.querySelector("[data-offair-next]").textContent = next ? say("again-many", next) : say("again");
}
