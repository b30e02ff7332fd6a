import { expect, test } from "vitest";
import type { AccountRow, ConsoleEvent, ConsoleState, SessionView } from "../backend/bindings";
import type { Backend, Commands } from "../backend";
import { DAY } from "../time";
import { AccountList } from "./accounts.svelte";
import { Clock } from "./clock.svelte";
import { Console } from "./console.svelte";
import { changes, differences, drafts, twice } from "./edit";
import { Load } from "./load.svelte";

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

test("accounts: found by every word, filtered, sorted by their end with the indefinite last", () => {
  const list = new AccountList(() => NOW);
  const soon = row("alpha", { support: { serial: 1, by: null, from: 0, until: NOW + DAY } });
  list.replace([row("gamma", { success: { serial: 2, by: null, from: 0, until: null }, mine: true }), soon, row("beta")]);
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
  list.change([row("delta")], ["alpha"]);
  list.sort = "name";
  expect(ids()).toEqual(["beta", "delta", "gamma"]);
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

const state = (phase: ConsoleState["phase"]): ConsoleState => ({ phase, connection: { state: "online", as_of: NOW }, now: NOW, staff: null, last_handle: null, feed_size: 1, prompt: null });
const session: SessionView = { serial: 7, account: "alpha", account_name: "Alpha", mode: "read-only", ticket: null, reason: "why", opened: NOW, ends: NOW + 60_000 };

async function stood(): Promise<{ page: Console; tell: (event: ConsoleEvent) => void }> {
  let tell: (event: ConsoleEvent) => void = () => {};
  const ok = async (data: unknown) => ({ status: "ok" as const, data });
  const commands = { consoleState: () => ok(state("signed-in")), accounts: () => ok({ rows: [row("alpha")] }), sessions: () => ok([session]) } as unknown as Commands;
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

test("signing out leaves nothing behind", async () => {
  const { page, tell } = await stood();
  page.enter(7);
  tell({ kind: "state", state: state("signed-out") });
  tell({ kind: "signed-out", by: "key-revoked" });
  expect([page.accounts.total, page.sessions.length, page.place.at, page.inside]).toEqual([0, 0, "accounts", false]);
  expect(page.signedOutBy).toBe("key-revoked");
});
