// A run's page: keys from step to step, details beside the trace, and following it while it works.

import { readPart } from "./parts.js";

let following = false;

const trace = () => document.querySelector("[data-refresh=run]");
const steps = () => [...document.querySelectorAll("[data-step]")].filter((step) => step.offsetParent);

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  f: nextFailure,
  g: toggleFollow,
  o: () => document.querySelector("[data-open-request]")?.click(),
};

/** Begin on a run's page. */
export function startTrace() {
  dressTrace();
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-follow]")) return toggleFollow();
    const link = event.target.closest("[data-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    openStep(link);
  });
  addEventListener("popstate", () => location.reload());
}

/** Make a freshly read page a live one; `atEnd` says that its reader was at the end of the old one. */
export function dressTrace(atEnd = false) {
  const button = document.querySelector("[data-follow]");
  if (button) {
    button.hidden = false;
    button.ariaPressed = String(following);
  }
  if (following || atEnd) steps().at(-1)?.scrollIntoView({ block: "nearest" });
}

/** Whether the reader sees the end of a trace that is longer than the window. */
export function isAtEnd() {
  const last = steps().at(-1)?.getBoundingClientRect();
  return Boolean(last) && scrollY > 0 && last.top < innerHeight && last.bottom > 0;
}

function onKey(event) {
  const wanted = document.documentElement.dataset.shortcuts;
  const at = document.activeElement;
  if (!trace()?.contains(at) || event.repeat || event.ctrlKey || event.metaKey || at.matches("input, textarea, select")) return;
  if (event.key === "Escape") return goBack();
  const isArrow = event.key.startsWith("Arrow");
  if (isArrow && !at.matches("[data-step]")) return;
  if (!isArrow && (wanted === "off" || (wanted === "alt") !== event.altKey)) return;
  const key = isArrow ? event.key : event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.at(-1).toLowerCase() : event.key.toLowerCase();
  if (!ACTIONS[key]) return;
  event.preventDefault();
  ACTIONS[key]();
}

function step(by) {
  const all = steps();
  const at = all.indexOf(document.activeElement);
  all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
}

function nextFailure() {
  const all = steps();
  const at = all.indexOf(document.activeElement);
  const bad = all.filter((one) => one.matches(".bad"));
  (bad.find((one) => all.indexOf(one) > at) ?? bad[0])?.focus();
}

function toggleFollow() {
  if (!document.querySelector("[data-follow]")) return;
  following = !following;
  dressTrace();
}

function goBack() {
  if (!new URLSearchParams(location.search).has("at")) return location.assign("/runs/");
  location.assign(location.pathname);
}

/** The details come beside the trace; where the page is narrow they stand below it, and the eye is taken there. */
async function openStep(link) {
  const fresh = await readPart(link.href, "run");
  if (!fresh) return location.assign(link.href);
  const { id } = link;
  history.pushState(null, "", link.href.split("#")[0]);
  const open = [...trace().querySelectorAll("details")].map((one) => one.open);
  const list = [...fresh.querySelectorAll(".fold details")];
  if (list.length) list.forEach((one, index) => (one.open ||= open[index] ?? false));
  trace().replaceWith(fresh);
  dressTrace();
  document.getElementById(id)?.focus({ preventScroll: true });
  if (innerWidth <= 1200) document.getElementById("side")?.scrollIntoView({ block: "start" });
}
