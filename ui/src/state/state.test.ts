import { expect, test, vi } from "vitest";
import type { AccountRow, Accounts, ConsoleEvent, ConsoleState, SessionView } from "../backend/bindings";
import type { Backend, Commands } from "../backend";
import { DAY } from "../time";
import { AccountList } from "./accounts.svelte";
import { Clock } from "./clock.svelte";
import { Console } from "./console.svelte";
import { changes, differences, drafts, twice } from "./edit";
import { Load } from "./load.svelte";
import { Marks } from "./marks.svelte";

const NOW = 1_000 * DAY;
const row = (id: string, more: Partial<AccountRow> = {}): AccountRow => ({
  id, name: id.toUpperCase(), plan: "premium", support: { serial: 1, by: null, from: NOW - DAY, until: NOW + 30 * DAY }, success: null, primary_csm: null, mine: false,
  may: { read_only: true, read_write: false, needs_ticket: false, why_not_more: "primary-csm-only" }, ...more,
});

test("time goes on from the server's, by the steady clock alone", () => {
  let steady = 5;
  const clock = new Clock(() => steady);
  clock.follow(NOW);
  steady += 61_000;
  expect(clock.now).toBe(NOW);
  clock.tick();
  expect(clock.now).toBe(NOW + 61_000);
});

test("accounts: found by every word, filtered, sorted by their end with the indefinite last", async () => {
  const list = new AccountList(() => NOW);
  const soon = row("alpha", { support: { serial: 1, by: null, from: 0, until: NOW + DAY } });
  await list.load(async () => ({ turn: 1, rows: [row("gamma", { success: { serial: 2, by: null, from: 0, until: null }, mine: true }), soon, row("beta")] }));
  const ids = () => list.rows.map((r) => r.id);
  expect(ids()).toEqual(["alpha", "beta", "gamma"]);
  list.filter = "ending";
  expect(ids()).toEqual(["alpha"]);
  list.filter = "mine";
  expect(ids()).toEqual(["gamma"]);
  list.showAll();
  list.query = "ET BE";
  expect(ids()).toEqual(["beta"]);
  list.query = "";
  list.change({ turn: 2, upserts: [row("delta")], removed: ["alpha"] });
  list.sort = "name";
  expect(ids()).toEqual(["beta", "delta", "gamma"]);
});

test("accounts are found by id, by the start of the name, by words in any order, and by letters where no word answers", async () => {
  const list = new AccountList(() => NOW);
  await list.load(async () => ({ turn: 1, rows: [row("acct-1", { name: "Sahara Foods" }), row("acct-2", { name: "North Harbour Labs" }), row("acct-3", { name: "Harbour Freight Ltd" }), row("harbour", { name: "Umber Works" })] }));
  const ids = (query: string) => list.find(query, 3).map((r) => r.id);
  expect(ids("har")).toEqual(["acct-3", "acct-2", "acct-1"]);
  expect(ids("labs north")).toEqual(["acct-2"]);
  expect(ids("hbfr")).toEqual(["acct-3"]);
  expect(ids("harbour")[0]).toBe("harbour");
  expect(list.ofDomain("harbourfreight.com", 3).map((r) => r.id)).toEqual(["acct-3"]);
});

test("pins and recents are each person's own, newest first, ids alone, and not there after signing out", () => {
  localStorage.clear();
  const marks = new Marks();
  marks.of("mara");
  for (const id of ["a", "b", "a"]) marks.visit(id);
  expect([marks.pin("c"), marks.pin("d"), marks.pin("c")]).toEqual([true, true, false]);
  expect(localStorage.getItem("marks:mara")).toBe('{"pins":["d"],"recents":["a","b"]}');
  marks.forget();
  expect([marks.pins, marks.recents]).toEqual([[], []]);
  const others = new Marks();
  others.of("jonas");
  expect(others.pins).toEqual([]);
  localStorage.setItem("marks:jonas", "{broken");
  others.of("jonas");
  others.of("mara");
  expect([others.pins, others.recents]).toEqual([["d"], ["a", "b"]]);
});

test("an edit sends what differs and nothing else", () => {
  const before = [{ name: "plan", value: "free", set: null }, { name: "city", value: "Graz", set: null }, { name: "old", value: "1", set: null }];
  const after = drafts(before);
  (after[0] as { value: string }).value = "scale";
  (after[2] as { removed: boolean }).removed = true;
  after.push({ name: " seats ", value: "", removed: false, fresh: true }, { name: "", value: "lost", removed: false, fresh: true });
  expect(changes(differences(before, after))).toEqual([{ name: "plan", value: "scale" }, { name: "old", value: null }, { name: "seats", value: "" }]);
  expect(twice(after)).toBeNull();
  after.push({ name: "city", value: "x", removed: false, fresh: true });
  expect(twice(after)).toBe("city");
});

test("a late answer to an old question is dropped", async () => {
  const load = new Load<string>();
  let late = (_: string) => {};
  const first = load.run(() => new Promise<string>((done) => (late = done)));
  await load.run(async () => "new");
  late("old");
  await first;
  expect(load.value).toBe("new");
});

const state = (phase: ConsoleState["phase"]): ConsoleState => ({ phase, connection: { state: "online", as_of: NOW }, now: NOW, staff: null, last_handle: null, feed_size: 1, prompt: null, skew: null, locked: null, kept_by: null, lock_after: 10 });
const session: SessionView = { serial: 7, account: "alpha", account_name: "Alpha", mode: "read-only", ticket: null, reason: "why", opened: NOW, ends: NOW + 60_000 };

async function stood(): Promise<{ page: Console; tell: (event: ConsoleEvent) => void }> {
  let tell: (event: ConsoleEvent) => void = () => {};
  const ok = async (data: unknown) => ({ status: "ok" as const, data });
  const commands = { keepIdle: () => ok(null), consoleState: () => ok(state("signed-in")), accounts: () => ok({ turn: 1, rows: [row("alpha")] }), sessions: () => ok([session]) } as unknown as Commands;
  const backend: Backend = { commands, listen: async (hear) => ((tell = hear), () => {}) };
  const page = new Console(backend);
  (await page.start())();
  for (let i = 0; i < 20 && page.sessions.length === 0; i += 1) await Promise.resolve();
  return { page, tell };
}

test("a session that ends takes its place away and says what ended it; another's end does not", async () => {
  const { page, tell } = await stood();
  page.enter(7);
  tell({ kind: "session-ended", session: 8, account_name: "Beta", at: NOW, by: "time-up" });
  expect(page.place.at).toBe("session");
  tell({ kind: "session-ended", session: 7, account_name: null, at: NOW, by: "customer-switched-off" });
  expect(page.place).toEqual({ at: "ended", ended: { account: "Alpha", mode: "read-only", when: NOW, by: "customer-switched-off" } });
  expect(page.sessions).toEqual([]);
});

test("good news leaves by itself; what went wrong stays until it is dismissed", async () => {
  vi.useFakeTimers();
  const { page } = await stood();
  page.say("Changed");
  page.say("", { code: "offline", why: null, request: null, model: null, retry_after: null });
  vi.advanceTimersByTime(5_900);
  expect(page.notices.shown.length).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(page.notices.shown.map((n) => n.problem?.code)).toEqual(["offline"]);
  expect(page.notices.said.length).toBe(2);
  vi.useRealTimers();
});

test("signing out leaves nothing behind", async () => {
  const { page, tell } = await stood();
  page.enter(7);
  tell({ kind: "state", state: state("signed-out") });
  tell({ kind: "signed-out", by: "key-revoked" });
  expect([page.accounts.total, page.sessions.length, page.place.at, page.inside]).toEqual([0, 0, "accounts", false]);
  expect(page.signedOutBy).toBe("key-revoked");
});

test("accounts: an answer that was made before a change does not undo it", async () => {
  const list = new AccountList(() => NOW);
  let answer = (_: Accounts) => {};
  const loading = list.load(() => new Promise((done) => (answer = done)));
  list.change({ turn: 3, upserts: [row("beta", { name: "Beta Two" })], removed: ["alpha"] });
  list.change({ turn: 1, upserts: [], removed: ["gamma"] });
  answer({ turn: 2, rows: [row("alpha"), row("beta"), row("gamma")] });
  await loading;
  expect([list.get("alpha"), list.get("beta")?.name, list.get("gamma")?.id]).toEqual([null, "Beta Two", "gamma"]);
});

test("accounts: what was asked for before a sign-out is not shown after it", async () => {
  const list = new AccountList(() => NOW);
  let answer = (_: Accounts) => {};
  const loading = list.load(() => new Promise((done) => (answer = done)));
  list.forget();
  answer({ turn: 2, rows: [row("alpha")] });
  await loading;
  expect([list.total, list.loaded]).toEqual([0, false]);
});
