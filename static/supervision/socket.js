// One socket for hints, tried again for ever. Nothing depends on it: while it is down the page asks by itself.

const SILENCE_MS = 4500; // the server says something every two seconds
const POLL_MS = 5000;
const OVER = [4401, 4403];
const LONGEST_WAIT_S = 4;
const CROWD_MS = 400; // when a server comes back, not everybody asks at once

let tryNow = () => {};

/** Try again at once instead of when it is due. */
export const retryNow = () => tryNow();

/**
 * Watch the desk. `onChange(hint)` is called for every hint, after every reconnect and, while the socket is down, every
 * five seconds (then without a hint). `onState({live, since, next})` says whether the page is live; `next` in seconds.
 * `onOver()` is called when the session no longer holds.
 */
export function watchDesk({ onChange, onState, onOver }) {
  let socket = null;
  let heard = Date.now();
  let failures = 0;
  let since = new Date();
  let retryAt = 0;
  let timer = 0;
  let over = false;

  const state = (live) => onState({ live, since, next: Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)) });

  const open = () => {
    clearTimeout(timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const opening = new WebSocket(`${scheme}://${location.host}/live/`);
    socket = opening;
    opening.addEventListener("open", () => {
      const again = failures > 0;
      failures = 0;
      heard = Date.now();
      state(true);
      setTimeout(() => onChange(null), again ? Math.random() * CROWD_MS : 0);
    });
    opening.addEventListener("message", (event) => {
      heard = Date.now();
      const message = JSON.parse(event.data);
      if (message.kind === "ping") return state(true);
      if (message.run_id || message.kind === "desk.changed") onChange(message);
    });
    opening.addEventListener("close", ({ code }) => lose(opening, code));
  };

  const lose = (lost, code) => {
    if (OVER.includes(code)) {
      over = true;
      onOver();
    }
    if (lost !== socket) return;
    socket = null;
    if (over) return;
    if (!failures) since = new Date(heard);
    failures += 1;
    const wait = Math.min(LONGEST_WAIT_S, 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
    retryAt = Date.now() + wait * 1000;
    timer = setTimeout(open, wait * 1000);
    state(false);
  };

  // A line that is dead without a word has no "close": it is given up here.
  const giveUp = () => {
    const dead = socket;
    if (!dead) return;
    lose(dead);
    dead.close();
  };

  tryNow = () => {
    if (socket || over) return;
    open();
    onChange(null);
  };
  addEventListener("offline", giveUp);
  addEventListener("online", () => retryNow());
  setInterval(() => {
    if (socket && Date.now() - heard > SILENCE_MS && (socket.readyState === WebSocket.OPEN || failures === 0)) giveUp();
    if (!socket && !over) state(false);
  }, 500);
  setInterval(() => {
    if (!over && socket?.readyState !== WebSocket.OPEN) onChange(null);
  }, POLL_MS);
  open();
}
