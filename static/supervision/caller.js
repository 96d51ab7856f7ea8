// A caller on the line is heard: one short sound, and a desktop notification without a name where it is wanted.

const UNCLAIMED_MS = 5000;
const QUIET_MS = 20000;

const wants = (name) => document.documentElement.dataset[name] === "on";

/** At these moments a caller whom nobody has answered is called out once more, whoever has the request in hand. */
const LAST_SECONDS = 60;

let known = null;
let lastSound = -QUIET_MS;
let later = 0;
const called = new Set();
let sound = null;

/** Look at the rows of a fresh list: a caller on the line whom nobody has five seconds later is called out. */
export function watchCallers(rows, readAgain) {
  const calls = callersIn(rows);
  const fresh = known ? [...calls].filter((key) => !known.has(key)) : [];
  known = calls;
  if (!fresh.length) return;
  setTimeout(async () => {
    const now = await readAgain();
    const still = now ? callersIn(now) : new Set();
    if (fresh.some((key) => still.has(key))) callOut();
  }, UNCLAIMED_MS);
}

/** Half of its time over: the lead hears of it. A minute left: everybody does. Each once, whenever it is noticed. */
export function watchEnds(rows, readAgain) {
  const due = endsIn(rows());
  if (!due.length) return;
  for (const one of due) called.add(one);
  readAgain().then((now) => now && due.some((one) => endsIn(now, true).includes(one)) && callOut());
}

/** What is due by now, as "key end half" or "key end last"; without `again` only what was not called out before. */
function endsIn(rows, again = false) {
  const now = Date.now() / 1000;
  const due = [];
  for (const { dataset } of rows?.querySelectorAll("[data-ends]:not(.gone)") ?? []) {
    const left = dataset.ends - now;
    if (left <= 0) continue;
    if (left <= LAST_SECONDS) due.push(`${dataset.key} ${dataset.ends} last`);
    else if (now >= dataset.half && "lead" in document.documentElement.dataset) due.push(`${dataset.key} ${dataset.ends} half`);
  }
  return again ? due : due.filter((one) => !called.has(one));
}

/** A browser lets a page sound only after somebody touched it; and it asks about notifications only when told to. */
export function startCallers() {
  addEventListener("pointerdown", wake, { once: true });
  addEventListener("keydown", wake, { once: true });
}

/** On the page of settings: ticking the box is the moment at which the browser may ask. */
export function startNoticesBox() {
  document.addEventListener("change", async ({ target }) => {
    if (!target.matches("[data-notices-box]") || !target.checked) return;
    const allowed = "Notification" in window && (await Notification.requestPermission()) === "granted";
    if (!allowed) target.checked = false;
    target.closest(".option").querySelector("p").dataset.denied = allowed ? "" : "yes";
  });
}

const callersIn = (rows) => new Set([...rows.querySelectorAll("[data-caller=free]")].map((row) => row.dataset.key));

function wake() {
  if (wants("sound")) sound ??= new AudioContext();
}

function callOut() {
  const quiet = lastSound + QUIET_MS - performance.now();
  if (quiet > 0) {
    later ||= setTimeout(() => {
      later = 0;
      if (document.querySelector("[data-rows] [data-caller]:not(.gone)")) callOut();
    }, quiet);
    return;
  }
  lastSound = performance.now();
  if (wants("sound") && sound?.state === "running") beep();
  if (wants("notices") && document.hidden && window.Notification?.permission === "granted") {
    new Notification("A caller is waiting for an answer.", { tag: "caller" });
  }
}

const LOUDNESS = { quiet: 0.06, normal: 0.2, loud: 0.6 };

/** On the page of settings: the sound as it would be. */
export function startSoundTrial() {
  const button = document.querySelector("[data-try-sound]");
  if (!button || !window.AudioContext) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    sound ??= new AudioContext();
    await sound.resume();
    beep(document.querySelector("input[name=volume]:checked")?.value);
  });
}

function beep(wanted = document.documentElement.dataset.volume) {
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.0001, sound.currentTime);
  volume.gain.exponentialRampToValueAtTime(LOUDNESS[wanted] ?? LOUDNESS.normal, sound.currentTime + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, sound.currentTime + 0.35);
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.4);
}
