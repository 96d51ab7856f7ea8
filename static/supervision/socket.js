// One socket for hints, tried again for ever. Nothing depends on it: while it is down the page asks by itself.

const SILENCE_MS = 15000;
const POLL_MS = 5000;
const OVER = [4401, 4403];
const LONGEST_WAIT_S = 4;

/**
 * Watch the desk. `onChange(hint)` is called for every hint, after every reconnect and, while the socket is down, every
 * five seconds (then without a hint). `onState({live, since, next})` says whether the page is live; `next` in seconds.
 * `onOver()` is called when the session no longer holds.
 */
export function watchDesk({ onChange, onState, onOver }) {
  let socket = null;
  let heard = 0;
  let failures = 0;
  let since = new Date();
  let retryAt = 0;

  const state = (live) => onState({ live, since, next: Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)) });

  const open = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/live/`);
    socket.addEventListener("open", () => {
      failures = 0;
      heard = Date.now();
      state(true);
      onChange(null);
    });
    socket.addEventListener("message", (event) => {
      heard = Date.now();
      const message = JSON.parse(event.data);
      if (message.kind === "ping") return state(true);
      if (message.run_id) onChange(message);
    });
    socket.addEventListener("close", lost);
  };

  const lost = ({ code }) => {
    if (OVER.includes(code)) onOver();
    if (!socket) return;
    socket = null;
    if (!failures) since = new Date();
    failures += 1;
    const wait = Math.min(LONGEST_WAIT_S, 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
    retryAt = Date.now() + wait * 1000;
    setTimeout(open, wait * 1000);
    state(false);
  };

  setInterval(() => {
    if (socket?.readyState === WebSocket.OPEN && Date.now() - heard > SILENCE_MS) socket.close();
    if (!socket) state(false);
  }, 1000);
  setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) onChange(null);
  }, POLL_MS);
  open();
}
