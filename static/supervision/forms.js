// Forms are sent from here where possible, so that a page survives a server that does not answer.

const PATIENCE_MS = 15000;
const BUSY = [502, 503, 504];
const SAID = { yes: "You said yes. ", no: "You said no. " };

/**
 * Send every form by script; whoever has none sends it as it stands. `onShown()` is called when the answer is another
 * page of this place; `onGo(url, said)` where it leads elsewhere, and tells whether it went there itself.
 */
export function startForms({ onShown, onGo }) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "plain" in form.dataset || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    sendForm(form, new FormData(form, event.submitter), { onShown, onGo });
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  });
}

async function sendForm(form, data, { onShown, onGo }) {
  const answer = await post(form.action, data);
  const go = answer?.headers.get("X-Desk-Go");
  if (go) return (await onGo(go, SAID[data.get("answer")] ?? "")) || location.assign(go);
  const page = answer && !BUSY.includes(answer.status) ? await readPage(answer) : null;
  delete form.dataset.sent;
  if (!page) return sayUnrecorded(form);
  document.title = page.title;
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  scrollTo(0, 0);
  onShown();
}

async function post(url, data) {
  const headers = { "X-Desk-Form": "sent" };
  const body = new URLSearchParams(data);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(url, { method: "POST", headers, body, signal, keepalive: true });
  } catch {
    return null;
  }
}

async function readPage(answer) {
  try {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("main") ? page : null;
  } catch {
    return null;
  }
}

/** Everything typed stays; the line stands where the eyes are, and goes with the next attempt that counts. */
function sayUnrecorded(form) {
  document.querySelector("[data-unrecorded]")?.remove();
  const line = document.createElement("div");
  line.className = "err-sum unrecorded";
  line.dataset.unrecorded = "";
  line.role = "alert";
  line.innerHTML = "<h3>Not recorded. Try again.</h3><p>The server did not answer. What you typed is still here, and nothing counts twice.</p>";
  form.prepend(line);
}
