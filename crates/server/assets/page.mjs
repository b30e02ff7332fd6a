/**
 * The one script of the customers' pages: the question before the end, and that all tabs know of the same end.
 *
 * When the end is, the server says. Here nothing but the time since it last said so is counted, by a clock that cannot
 * be set; where the machine's own clock has leapt meanwhile (it slept, or was set) the server is asked again.
 */

/** How often it is looked at, and how often while the question stands. */
const LOOK = 20_000;
const LOOK_CLOSELY = 1_000;
/** A leap of the machine's clock that is told from its drifting. */
const LEAP = 2_000;
/** Whoever types is not interrupted until they have not typed for so long. */
const PAUSE = 20_000;
/** After "Not now" it is asked once more, so long before the end. */
const LAST_CALL = 600_000;
/** What is read out, in minutes before the end. */
const TOLD = [10, 5, 1];
const TYPED_INTO = "input:not([type=radio], [type=checkbox], [type=hidden], [type=submit]), textarea, select, [contenteditable]";

const tabs = new BroadcastChannel("doorward");
if (document.body.dataset.session) watch(document.body.dataset);
else if (location.pathname === "/sign-in" && location.search) tabs.postMessage("look");

function watch({ session, now, ends, warn }) {
  const dialog = document.querySelector("#staying");
  const note = document.querySelector("#ending");
  let said = { now: Number(now), ends: ends ? Number(ends) : null, at: performance.now() };
  let wall = Date.now() - performance.now();
  let asked = said.ends === null ? Infinity : Number(warn);
  let typed = -Infinity;
  let told = Infinity;
  let timer;
  let asking;
  let ending = false;

  const left = () => (said.ends === null ? Infinity : said.ends - said.now - (performance.now() - said.at));

  /** The server's word on until when. Where it cannot be had, the last one holds. */
  function ask() {
    asking ??= fetch("/session", { headers: { accept: "application/json" }, cache: "no-store" })
      .then(async (answer) => {
        if (answer.status === 401) return leave();
        if (answer.ok) heard(await answer.json());
      })
      .catch(() => {})
      .finally(() => { asking = undefined; look(); });
    return asking;
  }

  function heard(answer) {
    // Somebody else is signed in here now: this page shows what is no longer theirs to see.
    if (answer.session !== undefined && String(answer.session) !== session) return location.reload();
    const later = said.ends !== null && answer.ends > said.ends;
    said = { now: answer.now, ends: answer.ends, at: performance.now() };
    if (later || said.ends === null) close(Number(warn));
  }

  /** Before the end it was somebody who signed this browser out: its user elsewhere, or an admin. */
  const leave = () => location.replace(`/sign-in?said=${left() > 0 ? "signed-out" : "ended"}`);

  function close(nextAt) {
    asked = said.ends === null ? Infinity : nextAt;
    told = Infinity;
    if (!dialog) return;
    dialog.close();
    for (const form of dialog.querySelectorAll("form")) form.reset();
    step("password");
    fault();
    note.hidden = left() > Number(warn);
  }

  /** Looks at the time, does what is due, and comes back. */
  function look() {
    clearTimeout(timer);
    const leapt = Math.abs(Date.now() - performance.now() - wall) > LEAP;
    wall = Date.now() - performance.now();
    if (leapt) ask();
    const rest = left();
    if (rest <= 0 && !leapt) return void end();
    const due = dialog && rest <= asked;
    if (due) question();
    if (dialog) show(rest);
    timer = setTimeout(look, Math.max(0, Math.min(rest, due || dialog?.open ? LOOK_CLOSELY : LOOK)));
  }

  /** The end has come by what was last heard. It is a late clock, never an early one: without an answer it holds. */
  async function end() {
    if (ending) return;
    ending = true;
    await ask();
    if (left() <= 0) return leave();
    ending = false;
    look();
  }

  function question() {
    if (dialog.open) return;
    note.hidden = false;
    const busy = document.activeElement?.matches(TYPED_INTO) && performance.now() - typed < PAUSE;
    if (busy) return;
    asked = -Infinity;
    dialog.showModal();
  }

  function show(rest) {
    const minutes = Math.max(1, Math.ceil(rest / 60_000));
    const text = words(minutes);
    for (const place of document.querySelectorAll("[data-left]")) if (place.textContent !== text) place.textContent = text;
    const due = TOLD.findLast((one) => minutes <= one);
    if (!dialog.open || due === undefined || due >= told) return;
    told = due;
    dialog.querySelector("[data-told]").textContent = `${text} left.`;
  }

  function step(name) {
    for (const form of dialog.querySelectorAll("form")) form.hidden = form.dataset.step !== name;
    if (dialog.open) dialog.querySelector("form:not([hidden]) input").focus();
  }

  function fault(code) {
    const known = dialog.querySelector(`[data-fault="${CSS.escape(code ?? "")}"]`);
    for (const text of dialog.querySelectorAll("[data-fault]")) text.hidden = !code || text !== (known ?? dialog.querySelector("[data-fault=other]"));
  }

  async function submit(event) {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
      if (answer.status === 401) return leave();
      const told = await answer.json();
      fault(told.code);
      if (told.code === "ceremony-gone") step("password");
      if (told.next) step(told.next);
      if (told.ends) { heard(told); tabs.postMessage("look"); look(); }
      if (!told.next && !told.ends) form.querySelector("input").select();
    } catch {
      fault("other");
    } finally {
      button.disabled = false;
    }
  }

  tabs.onmessage = ask;
  for (const [where, what] of [[document, "visibilitychange"], [window, "pageshow"], [window, "online"], [document, "resume"]]) {
    where.addEventListener(what, (event) => (event.persisted !== false && document.visibilityState === "visible" ? ask() : undefined));
  }
  if (dialog) {
    for (const what of ["input", "keydown"]) document.addEventListener(what, () => { typed = performance.now(); });
    document.addEventListener("focusin", (event) => { if (event.target.matches(TYPED_INTO)) typed = performance.now(); });
    document.addEventListener("focusout", () => setTimeout(() => { if (!document.activeElement?.matches(TYPED_INTO)) look(); }));
    dialog.addEventListener("submit", submit);
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); later(); });
    for (const button of dialog.querySelectorAll("[data-later]")) button.addEventListener("click", later);
    note.querySelector("a").addEventListener("click", (event) => { event.preventDefault(); typed = -Infinity; question(); });
  }
  function later() { close(left() > LAST_CALL ? LAST_CALL : -Infinity); }
  look();
}

/** As the server words it: the two largest units. */
function words(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const plural = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"}`;
  if (hours >= 24) return plural(Math.floor(hours / 24), "day") + (hours % 24 ? ` ${hours % 24} h` : "");
  if (hours) return plural(hours, "hour") + (rest ? ` ${rest} min` : "");
  return plural(minutes, "minute");
}
