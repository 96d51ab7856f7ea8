// Parts of a page, read again from the server: the same templates, the reader's own permission.

const OUT = [401, 403];

/** Take everything about patients off the screen and say that the session is over. Forms half written stay. */
export function showLoggedOut() {
  const notice = document.querySelector("template[data-out]");
  if (!notice || !document.querySelector("[data-part]")) return;
  document.title = "You are logged out: Handrail";
  document.body.className = "quiet";
  for (const old of document.querySelectorAll(".top nav, .top .right, [data-offair]")) old.remove();
  document.querySelector("main").replaceWith(notice.content);
  notice.remove();
  document.querySelector("main h1").focus();
}

/** Read one part of a page; null where the server did not give it (logged out, removed, unreachable). */
export async function readPart(url, name) {
  try {
    const answer = await fetch(url, { headers: { "X-Desk-Part": name }, credentials: "same-origin", redirect: "manual" });
    // A page never redirects one of its own parts: this is the way to the log-in page.
    if (answer.type === "opaqueredirect" || OUT.includes(answer.status)) showLoggedOut();
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return document.adoptNode(page.querySelector(`[data-part="${name}"]`));
  } catch {
    return null;
  }
}

/** Call `work` soon, never twice at once, and once more where it was asked for meanwhile. */
export function calmly(work, waitMs) {
  let busy = false;
  let again = false;
  let timer = 0;
  const run = async () => {
    timer = 0;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await work();
    } finally {
      busy = false;
    }
    if (again) {
      again = false;
      ask();
    }
  };
  const ask = () => {
    if (!timer) timer = setTimeout(run, waitMs);
  };
  return ask;
}

/** How soon something is read after a quiet time, and how long is rested after it: the more it took, the longer. */
export const SOON = { waitMs: 60, spreadMs: 0, restMs: 400, share: 8 };
export const LATER = { waitMs: 200, spreadMs: 2800, restMs: 5000, share: 60 };

/** Call `work` at the pace that is asked for, never twice at once. */
export function paced(work) {
  let ended = -Infinity;
  let took = 0;
  let timer = 0;
  let due = Infinity;
  let busy = false;
  let again = null;
  const run = async () => {
    due = Infinity;
    busy = true;
    const began = performance.now();
    try {
      await work();
    } finally {
      busy = false;
    }
    ended = performance.now();
    took = ended - began;
    const pace = again;
    again = null;
    if (pace) ask(pace);
  };
  const ask = (pace = SOON) => {
    if (busy) return void (again = again === SOON ? SOON : pace);
    // Everybody hears the same hint at the same moment: who is in no hurry does not ask at that moment as well.
    const wait = pace.waitMs + pace.spreadMs * Math.random();
    const rest = Math.max(pace.restMs, pace.share * took) * (0.75 + Math.random() / 2);
    const at = Math.max(performance.now() + wait, ended + rest);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(run, at - performance.now());
  };
  return ask;
}

/** Whether two parts say the same; the token of a form is another one each time it is written. */
export const isSame = (one, other) => bare(one) === bare(other);

const bare = (part) => part.innerHTML.replace(/(csrfmiddlewaretoken|request_key)" value="[^"]*"/g, "$1");

/** Replace what a part holds where it changed, unless somebody is in it. */
export function replaceIfChanged(shown, fresh) {
  if (!shown || !fresh || isSame(shown, fresh) || shown.contains(document.activeElement)) return;
  shown.replaceChildren(...fresh.childNodes);
}

/** Say at once what somebody would be sorry to hear late. */
export function alarm(sentence) {
  const region = document.querySelector("[data-alarm]");
  if (region) region.textContent = sentence;
}

/** Say one sentence to screen readers, at most once in ten seconds; the newest one waits. */
export const announce = (() => {
  let last = 0;
  let waiting = "";
  let timer = 0;
  const say = () => {
    timer = 0;
    last = Date.now();
    const region = document.querySelector("[data-status]");
    if (region) region.textContent = waiting;
  };
  return (sentence) => {
    waiting = sentence;
    if (!timer) timer = setTimeout(say, Math.max(0, last + 10000 - Date.now()));
  };
})();

/** The time on the clinic's clock as the desk writes it: 2:34pm. */
export function sayTime(date) {
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "numeric",
    minute: "2-digit",
    hour12: false,
    timeZone: document.documentElement.dataset.zone,
  });
  const [hour, minute] = clock.format(date).split(":").map(Number);
  if (!document.documentElement.lang.startsWith("en")) return clock.format(date);
  const minutes = minute ? `:${String(minute).padStart(2, "0")}` : "";
  return `${hour % 12 || 12}${minutes}${hour < 12 ? "am" : "pm"}`;
}
