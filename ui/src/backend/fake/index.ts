/** A backend without a console: the page in a browser, on a made-up world. NO SECURITY; never part of a release. */
import type { Backend, Commands } from "..";
import type { ConsoleEvent, ConsoleState, EndedBy, ErrorCode, KeyPurpose, KeyStep, Ms, PastGrant, Person, Problem, RoleName, SessionView, Why } from "../bindings";
import { HOUR, MINUTE } from "../../time";
import { makeDaily, problem } from "./daily";
import { makeDesktop } from "./desktop";
import { language, remember, remembered } from "./language";
import { makeLock } from "./lock";
import { makeHistory } from "./history";
import { makeSecurity } from "./security";
import { makeServers } from "./servers";
import { makeAccounts, makeActivities, makeKeys, makeMessages, makePeople, type Role, WORKSPACES } from "./world";

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Problem };
const ok = <T>(data: T): Answer<T> => ({ status: "ok", data });
const no = (code: ErrorCode, why: Why | null = null, model: string | null = null): Answer<never> => ({ status: "error", error: problem(code, { why, model, request: code === "internal" ? "req-7f3a" : null }) });
const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

const asked = new URLSearchParams(location.search);
const role = (asked.get("as") ?? "csm") as Role;
const start = asked.get("start") ?? "signed-in";
const pace = Number(asked.get("pace") ?? 250);
const ME = "mara-novak";
const BEGAN = Date.UTC(2026, 10, 24, 13, 2);

let ahead = BEGAN - performance.now();
const now = (): Ms => Math.floor(performance.now() + ahead);

const ears = new Set<(event: ConsoleEvent) => void>();
const tell = (event: ConsoleEvent) => ears.forEach((hear) => hear(remember(event)));

const state: ConsoleState = {
  phase: start === "signed-in" ? "signed-in" : start === "offline" ? "review" : "signed-out",
  connection: { state: start === "offline" || start === "kept-nowhere" ? "offline" : "online", as_of: start === "offline" ? BEGAN - 2 * HOUR : BEGAN },
  now: BEGAN,
  staff: null,
  last_handle: asked.get("handle") ?? "mara",
  feed_size: 48_302,
  prompt: null,
  skew: null,
  locked: null,
  kept_by: start === "kept-nowhere" ? "nobody" : "hardware-key",
  lock_after: 10,
};
const ROLES: Record<Role, RoleName[]> = { csm: ["csm"], support: ["technical-support"], admin: ["security-admin"], infra: ["infrastructure-engineer", "maintenance"] };
const me = () => ({ id: ME, name: "Mara Novak", handle: "mara", roles: ROLES[role], key: 1, sign_in_ends: start === "offline" ? null : now() + 7 * HOUR + 40 * MINUTE });
const snapshot = (): ConsoleState => ({ ...state, now: now(), staff: state.staff && { ...state.staff } });
const changed = () => tell({ kind: "state", state: snapshot() });
if (state.phase !== "signed-out") state.staff = { ...me(), roles: [...me().roles] };

const wanted = Number(asked.get("accounts") ?? 2_000);
let turn = 1;
const accounts = new Map(makeAccounts(wanted, role, BEGAN, ME).map((row) => [row.id, row]));
const people = makePeople(BEGAN);
const messages = makeMessages(people, BEGAN);
const keys = makeKeys(BEGAN, ME);
const past: PastGrant[] = [];
let sessions: SessionView[] = [];
let serial = 7_100;
const security = makeSecurity({ me: ME, role, began: BEGAN, accounts, keys });
const desktop = makeDesktop(tell, state.phase === "signed-in");

const history = makeHistory(asked, BEGAN, { id: ME, name: "Mara Novak" }, accounts, () => state.connection.state === "online", (host) => servers.history(host));
let looked = false;

// ------------------------------------------------------------------ the key

let retries = 8;
let typed: ((pin: string | null) => void) | null = null;

function show(step: KeyStep | null, purpose: KeyPurpose): void {
  state.prompt = step && { step, purpose };
  tell({ kind: "key", prompt: state.prompt });
}

/** Insert, PIN, touch. The PIN is anything but 0000; the touch comes by itself. False: cancelled. */
async function ceremony(purpose: KeyPurpose): Promise<boolean> {
  if (asked.has("new-key") && purpose.purpose === "enrol") {
    for (let refused = false; ; refused = true) {
      show({ step: "choose-pin", min_length: 6, refused }, purpose);
      const pin = await new Promise<string | null>((done) => { typed = done; });
      if (pin === null) { show(null, purpose); return false; }
      if (pin !== "000000") break;
    }
    return touched(purpose);
  }
  if (asked.has("insert")) { show({ step: "insert" }, purpose); await wait(pace * 4); }
  for (let wrong = false; ; wrong = true) {
    show({ step: "pin", retries_left: wrong ? retries : 8, wrong }, purpose);
    const pin = await new Promise<string | null>((done) => { typed = done; });
    if (pin === null) { show(null, purpose); return false; }
    if (pin !== "0000") break;
    retries -= 1;
  }
  return touched(purpose);
}

async function touched(purpose: KeyPurpose): Promise<boolean> {
  show({ step: "touch" }, purpose);
  await wait(Number(asked.get("touch") ?? pace * 4));
  show({ step: "checking" }, purpose);
  await wait(pace);
  show(null, purpose);
  return true;
}

function answer(pin: string | null): Answer<null> {
  if (!typed) {
    if (pin === null) { state.prompt = null; tell({ kind: "key", prompt: null }); return ok(null); }
    return no("no-key-ceremony");
  }
  const give = typed;
  typed = null;
  give(pin);
  return ok(null);
}

// ------------------------------------------------------------------ sessions

function endSession(which: number, by: EndedBy): void {
  const gone = sessions.find((s) => s.serial === which);
  if (!gone) return;
  sessions = sessions.filter((s) => s !== gone);
  lock.over({ kind: "session-ended", session: which, account_name: gone.account_name, at: now(), by });
}

const daily = makeDaily({ now, pace, sessions: () => sessions, tell, end: (which) => endSession(which, "idle"), contact: asked.get("contact") });
let failing: Problem | null = null;
setInterval(() => {
  sessions.filter((s) => s.ends <= now()).forEach((s) => endSession(s.serial, "time-up"));
  daily.look();
}, 500);

const live = (which: number) => sessions.find((s) => s.serial === which);

async function inSession<T>(which: number, give: () => T): Promise<Answer<T>> {
  daily.note(which);
  await wait(pace / 2);
  if (failing) return { status: "error", error: failing };
  if (state.connection.state !== "online") return no("offline");
  return live(which) ? ok(give()) : no("denied", "session-ended");
}

function signedOut(by: EndedBy): void {
  sessions = [];
  state.locked = null;
  state.phase = "signed-out";
  state.staff = null;
  changed();
  tell({ kind: "signed-out", by });
}

const lock = makeLock({ state, tell, changed, ceremony, sessions: () => sessions, end: (which) => endSession(which, "you"), enter: () => (state.staff = { ...me(), roles: [...me().roles] }) });
if (start === "locked-offline") {
  state.phase = "locked";
  state.locked = { by: "offline", sessions: 0, until: null };
  state.connection = { state: "offline", as_of: null };
  state.staff = { ...me(), name: "mara", roles: [] };
}

const servers = makeServers({ asked, role, me: ME, began: BEGAN, now, pace, online: () => state.connection.state === "online", ceremony, changed });

const matches = (person: Person, field: string, value: string | null) => {
  const own = field === "email" ? person.email : field === "id" ? person.id : person.attributes.find((a) => a.name === field)?.value;
  return value === null ? own !== undefined && own !== null : own === value;
};

const page = <T>(rows: T[], from: string | null, size: number) => {
  const at = Number(from ?? 0);
  return { rows: rows.slice(at, at + size), next: at + size < rows.length ? String(at + size) : null };
};

const commands: Commands = {
  ...daily.commands,
  ...desktop.commands,
  ...servers.commands,
  async consoleState() {
    if (start === "silent") throw new Error("not allowed");
    return ok(snapshot());
  },
  async signIn(handle) {
    if (handle === "nobody") { await wait(pace); return no("key-refused"); }
    state.phase = "signing-in";
    changed();
    void ceremony({ purpose: "sign-in" }).then((done) => {
      state.phase = done ? "signed-in" : "signed-out";
      state.staff = done ? { ...me(), roles: [...me().roles] } : null;
      changed();
      if (!done) tell({ kind: "sign-in-failed", problem: problem("cancelled") });
    });
    return ok(null);
  },
  ...lock.commands,
  async signOut() { signedOut("signed-out"); return ok(null); },
  keyPin: async (pin) => answer(pin),
  keyChoose: async () => ok(null),
  keyCancel: async () => answer(null),
  async enrol({ code, name }) {
    await wait(pace);
    if (code.trim() === "wrong") return no("code-refused");
    if (name === "Toy") return (await ceremony({ purpose: "enrol" })) ? no("key-refused", null, "0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6") : no("cancelled");
    return (await ceremony({ purpose: "enrol" })) ? ok({ key: 9, handle: "mara" }) : no("cancelled");
  },
  accounts: async () => (await wait(pace / 4), ok({ turn, rows: [...accounts.values()] })),
  sessions: async () => ok(sessions),
  async openSession(ask) {
    const row = accounts.get(ask.account);
    if (state.connection.state !== "online") return no("offline");
    if (!row) return no("denied", "not-granted");
    if (ask.mode === "read-only" && row.may.needs_ticket && !ask.ticket) return no("denied", "ticket-missing");
    if (ask.mode === "read-write") {
      if (!(await ceremony({ purpose: "read-write", account: row.id, account_name: row.name ?? row.id }))) return no("cancelled");
    } else await wait(pace);
    serial += 1;
    const length = ask.mode === "read-only" ? 60 * MINUTE : 15 * MINUTE;
    const session: SessionView = { serial, account: row.id, account_name: row.name, mode: ask.mode, ticket: ask.ticket, reason: ask.reason, opened: now(), ends: now() + length };
    if (ask.mode === "read-write") sessions.filter((s) => s.mode === "read-write").forEach((s) => endSession(s.serial, "replaced"));
    sessions = [...sessions, session];
    tell({ kind: "session-opened", session });
    return ok(session);
  },
  endSession: async (which) => (endSession(which, "you"), ok(null)),
  workspaces: (which) => inSession(which, () => WORKSPACES),
  people: (ask) => inSession(ask.session, () => {
    const found = people.filter((p) => ask.tests.every((t) => matches(p, t.field, t.operator === "eq" ? t.value : null)));
    const { rows, next } = page(found, ask.start, 50);
    return { rows: rows.map(({ id, email, cio_id }) => ({ id, email, cio_id })), next };
  }),
  async person(ask) {
    const found = people.find((p) => p.id === ask.person);
    return found ? inSession(ask.session, () => structuredClone(found)) : no("not-found");
  },
  personActivities: (ask) => inSession(ask.session, () => people.filter((p) => p.id === ask.person).flatMap((p) => makeActivities(p, BEGAN))),
  personMessages: (ask) => inSession(ask.session, () => messages.filter((m) => m.person === ask.person)),
  messages: (ask) => inSession(ask.session, () => page(messages.filter((m) => (!ask.kind || m.kind === ask.kind) && (!ask.metric || m.metrics.some((x) => x.name === ask.metric))), ask.start, 50)),
  messageBody: (ask) => inSession(ask.session, () => ({ from: "hello@shop.example.com", subject: messages.find((m) => m.id === ask.message)?.subject ?? null, body: "Hello,\n\nthank you for being with us. Your invoice for November is ready.\n\nThe shop" })),
  async updatePerson(ask) {
    await wait(pace);
    const session = live(ask.session);
    if (!session) return no("denied", "session-ended");
    if (session.mode === "read-only") return no("denied", "read-only-session");
    const found = people.find((p) => p.id === ask.person);
    if (!found) return no("not-found");
    daily.note(ask.session);
    const stands = (name: string) => found.attributes.find((a) => a.name === name)?.value ?? null;
    if (ask.only_if?.some((a) => stands(a.name) !== a.value)) return no("conflict");
    const kept = new Map(found.attributes.map((a) => [a.name, a]));
    for (const change of ask.changes) {
      if (change.value === null) kept.delete(change.name);
      else kept.set(change.name, { name: change.name, value: change.value, set: now() });
    }
    found.attributes = [...kept.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return ok(structuredClone(found));
  },
  keys: async () => ok(role === "admin" ? keys.map((k) => ({ ...k })) : keys.filter((k) => k.mine).map((k) => ({ ...k }))),
  keyEffects: async (which) => (await wait(pace / 2), ok({
    sessions: which === 1 ? sessions.map((s) => ({ serial: s.serial, account_name: s.account_name, mode: s.mode })) : which === 3 ? [{ serial: 7001, account_name: "Harbour Freight Ltd", mode: "read-only" as const }] : [],
    sign_ins: which === 1 || which === 3 ? 1 : 0,
    last_admin_key: asked.has("last-admin"),
    signs_you_out: which === 1,
    queued: state.connection.state !== "online",
  })),
  async revokeKey(which) {
    const key = keys.find((k) => k.key === which);
    if (!key) return no("not-found");
    if (!key.mine && !(await ceremony({ purpose: "revoke-key", key: which, key_name: key.name }))) return no("cancelled");
    key.revoked = true;
    tell({ kind: "keys-changed" });
    if (key.in_use) signedOut("key-revoked");
    return ok(null);
  },
  pastGrants: async () => ok([...history.before, ...past]),
  async history(ask) {
    await wait(pace / 2);
    const view = history.history(ask, sessions);
    looked = view !== null;
    return view ? ok(view) : no("not-proven");
  },
  proof: async (seq) => ok(history.proof(seq)),
  checkLog: async () => (await wait(pace / 2), ok(history.check(looked))),
  exportGrants: async () => (await wait(pace / 2), asked.get("disk") === "full" ? no("not-saved") : ok(history.exported())),
  everywhere: async () => (state.connection.state === "online" ? ok(security.everywhere(sessions)) : no("offline")),
  staff: async () => (await wait(pace / 4), ok(security.staff())),
  async changeEffects(change) {
    await wait(pace / 2);
    return state.connection.state === "online" ? ok(security.effects(change)) : no("offline");
  },
  async makeChange(change) {
    if (state.connection.state !== "online") return no("offline");
    if (!(await ceremony({ purpose: "change", change, subject: security.subject(change) }))) return no("cancelled");
    const made = security.make(change, now());
    if (change.change === "end-sessions") change.sessions.forEach((serial) => endSession(serial, "security-admin"));
    tell({ kind: "keys-changed" });
    changed();
    if (change.change === "revoke-keys" && change.keys.some((key) => keys.find((k) => k.key === key)?.in_use)) signedOut("key-revoked");
    return ok(made);
  },
};

/** What a test does from outside. */
const fake = {
  desktop: desktop.fake,
  advance(ms: number) { ahead += ms; changed(); },
  /** The machine sleeps: the console's clock counts it, and nobody is told. */
  sleep(ms: number) { ahead += ms; },
  /** An account that switched something off before anybody looked. */
  withdrew: () => history.before[0]?.account,
  left: (account: string) => (accounts.get(account)?.support?.until ?? 0) - now(),
  /** An account whose support lasts some weeks yet, and how long. */
  lasting() {
    const row = [...accounts.values()].find((r) => r.support?.until && r.support.until - now() > 20 * 24 * HOUR);
    return row && { id: row.id, left: (row.support?.until ?? 0) - now() };
  },
  connection(to: "online" | "reconnecting" | "offline") {
    if (to === "offline" && state.connection.state === "online") state.connection.as_of = now();
    state.connection = { ...state.connection, state: to };
    changed();
  },
  lock: lock.lock,
  prompt: (step: KeyStep, purpose: KeyPurpose = { purpose: "sign-in" }) => show(step, purpose),
  switchOff(account: string) {
    const row = accounts.get(account);
    for (const [setting, grant] of [["support-team-access", row?.support], ["customer-success-team-access", row?.success]] as const) {
      if (row && grant) past.push({ serial: grant.serial, account, account_name: row.name, setting, from: grant.from, until: grant.until, off: now() });
    }
    accounts.delete(account);
    tell({ kind: "accounts-changed", turn: ++turn, upserts: [], removed: [account] });
    sessions.filter((s) => s.account === account).forEach((s) => endSession(s.serial, "customer-switched-off"));
  },
  skew(by: number) { state.skew = by === 0 ? null : daily.skew(by, now()); changed(); },
  /** From now on read-write may lie idle for as long as it lasts. */
  patient: daily.rest,
  fail: (code: ErrorCode | null, more: Partial<Problem> = {}) => { failing = code && problem(code, more); },
  fails: (code: ErrorCode, more: Partial<Problem> = {}) => tell({ kind: "sign-in-failed", problem: problem(code, more) }),
  /** Somebody else changes an attribute of the first person. */
  meddle(name: string, value: string) { const a = people[0]?.attributes.find((x) => x.name === name); if (a) a.value = value; },
  end: (by: EndedBy) => sessions.forEach((s) => endSession(s.serial, by)),
  account: (test: "rw" | "ro" | "ticket" | "none") =>
    [...accounts.values()].find((r) => (test === "rw" ? r.may.read_write : test === "ticket" ? r.may.needs_ticket : test === "ro" ? r.may.read_only && !r.may.read_write : !r.may.read_only))?.id,
};
Object.assign(window, { fake: { ...fake, language } });

export const backend: Backend = {
  commands: remembered(commands),
  async listen(hear) {
    ears.add(hear);
    return () => ears.delete(hear);
  },
};
