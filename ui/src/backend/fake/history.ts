/** Histories of the made-up world, what a check of its log says, and reviews that are written nowhere. */
import type { AccountRow, Exported, Happened, HistoryAsk, HistoryRow, HistoryView, LogChecked, Ms, PastGrant, SessionView } from "../bindings";
import { DAY, HOUR, MINUTE } from "../../time";

const TESS = { id: "tess-okafor", name: "Tess Okafor" };
const NIA = { id: "nia-berg", name: "Nia Berg" };
const SIZE = 48_302;

export function makeHistory(asked: URLSearchParams, began: Ms, me: { id: string; name: string }, accounts: Map<string, AccountRow>, online: () => boolean, ofHost: (id: string) => [Ms, Happened][]) {
  const forged = asked.get("log") === "forged";
  const before: PastGrant[] = [...accounts.values()].slice(0, 40).filter((_, i) => i % 9 === 4).map((row, i) => ({ serial: 900 + i, account: row.id, account_name: row.name, setting: "support-team-access", from: began - (16 + i) * DAY, until: began + (20 + i) * DAY, off: began - (1 + i) * DAY - 3 * HOUR }));

  /** Everything about a person: what they were given, and where they were. */
  function ofStaff(id: string): HistoryRow[] {
    const staff = { id, name: id.split("-").map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(" ") };
    const [first, second] = [...accounts.values()];
    const in1 = first ? { id: first.id, name: first.name } : null;
    const in2 = second ? { id: second.id, name: second.name } : null;
    const out: [Ms, Happened, typeof in1][] = [
      [began - 95 * MINUTE, { is: "session-ended", session: 7_050, staff, mode: "read-only", opened: began - 130 * MINUTE, by: "security-admin" }, in1],
      [began - 130 * MINUTE, { is: "session-opened", session: 7_050, staff, mode: "read-only", ends: began - 70 * MINUTE, still_open: false, ticket: "T-20391", reason: "A journey that stopped", reads: 41, writes: 0 }, in1],
      [began - 5 * HOUR, { is: "duty-opened", staff, from: began - 5 * HOUR, until: began + 3 * HOUR }, null],
      [began - 9 * DAY, { is: "key-revoked", key: 2, by: staff }, null],
      [began - 9 * DAY - HOUR, { is: "key-enrolled", key: 6, staff }, null],
      [began - 20 * DAY, { is: "session-opened", session: 6_120, staff, mode: "read-write", ends: began - 20 * DAY + 15 * MINUTE, still_open: false, ticket: null, reason: "Two wrong addresses", reads: 9, writes: 2 }, in2],
      [began - 80 * DAY, { is: "role-given", staff, role: "csm" }, null],
      [began - 80 * DAY, { is: "staff-added", staff }, null],
    ];
    return out.map(([at, what, account], i) => ({ seq: SIZE - 90 - i * 402, at, account, what }));
  }

  /** Everything about an account, the newest first: half a year of it. */
  function rows(id: string, sessions: SessionView[]): HistoryRow[] {
    const row = accounts.get(id);
    const account = { id, name: row?.name ?? null };
    const out: [Ms, Happened][] = [];
    const add = (at: Ms, what: Happened) => out.push([at, what]);
    const stay = (at: Ms, session: number, staff: typeof TESS, mode: "read-only" | "read-write", minutes: number, ticket: string | null, reason: string | null) => {
      add(at, { is: "session-opened", session, staff, mode, ends: at + 60 * MINUTE, still_open: false, ticket, reason, reads: minutes * 3, writes: mode === "read-write" ? 3 : 0 });
      add(at + minutes * MINUTE, { is: "session-ended", session, staff, mode, opened: at, by: "owner" });
    };
    const from = row?.support?.from ?? began - 20 * DAY;
    add(began - 170 * DAY, { is: "account-registered", plan: row?.plan ?? "premium" });
    add(began - 150 * DAY, { is: "grant-enabled", grant: 88, setting: "support-team-access", by: null, until: began - 30 * DAY, still_on: false });
    stay(began - 141 * DAY, 611, NIA, "read-only", 22, null, null);
    add(began - 120 * DAY, { is: "grant-disabled", grant: 88, setting: "support-team-access" });
    add(began - 33 * DAY, { is: "primary-csm-assigned", staff: me });
    if (row?.success) add(row.success.from, { is: "grant-enabled", grant: row.success.serial, setting: "customer-success-team-access", by: row.success.by, until: row.success.until, still_on: true });
    if (row?.support) add(from, { is: "grant-enabled", grant: row.support.serial, setting: "support-team-access", by: row.support.by, until: row.support.until, still_on: true });
    stay(began - 2 * DAY - 3 * HOUR, 6_902, TESS, "read-only", 41, null, null);
    stay(began - 26 * HOUR, 6_950, me, "read-write", 9, null, "Correcting the plan of three people, as agreed on the phone");
    stay(began - 4 * HOUR, 7_011, me, "read-only", 12, "T-20417", "Imports stopped on Monday; looking at the failed rows");
    add(began - 52 * MINUTE, { is: "session-opened", session: 7_090, staff: TESS, mode: "read-only", ends: began + 8 * MINUTE, still_open: true, ticket: null, reason: null, reads: 1, writes: 0 });
    for (const s of sessions.filter((s) => s.account === id)) add(s.opened, { is: "session-opened", session: s.serial, staff: me, mode: s.mode, ends: s.ends, still_open: true, ticket: s.ticket, reason: s.reason, reads: 0, writes: 0 });
    return out.sort((a, b) => b[0] - a[0]).map(([at, what], i) => ({ seq: SIZE - 7 - i * 311, at, account, what }));
  }

  return {
    before,
    history(ask: HistoryAsk, sessions: SessionView[]): HistoryView | null {
      if (forged) return null;
      const onHost = () => ofHost(ask.id).toSorted((a, b) => b[0] - a[0]).map(([at, what], i) => ({ seq: SIZE - 12 - i * 287, at, account: null, what }));
      const all = ask.of === "staff" ? ofStaff(ask.id) : ask.of === "host" ? onHost() : rows(ask.id, sessions);
      // What a session or a certificate was for is the server's word, and not in the copy.
      const bare = (row: HistoryRow): HistoryRow => (row.what.is === "session-opened" ? { ...row, what: { ...row.what, ticket: null, reason: null, reads: null, writes: null } } : row.what.is === "certificate-issued" ? { ...row, what: { ...row.what, ticket: null, reason: null } } : row);
      if (!online()) return { rows: all.slice(0, 6).map(bare), before: null, since: SIZE - 2_100, size: SIZE, signed: began - 2 * HOUR };
      const rest = ask.before === null ? all : all.filter((row) => row.seq < (ask.before ?? 0));
      const page = rest.slice(0, 11);
      return { rows: page, before: page.length < rest.length ? (page.at(-1)?.seq ?? null) : null, since: null, size: SIZE, signed: began };
    },
    check(shown: boolean): LogChecked {
      const here = online();
      return {
        at: began, copyable: !forged,
        steps: [
          { step: "signature", found: "right", count: SIZE, signed: here ? began : began - 2 * HOUR },
          { step: "fresh", found: here ? "right" : "not-looked", count: null, signed: here ? began : began - 2 * HOUR },
          { step: "copy", found: "right", count: SIZE, signed: null },
          { step: "entries", found: shown ? "right" : "not-looked", count: shown ? (here ? 11 : 6) : 0, signed: null },
          { step: "grew", found: forged ? "wrong" : here ? "right" : "not-looked", count: 31_090, signed: began - 61 * DAY },
        ],
      };
    },
    proof: (seq: number | null) => `${seq === null ? "doorward-proof/v1" : "c2sp.org/tlog-proof@v1"}\n…\n`,
    exported: (): Exported => ({ csv: "/home/mara/Documents/Doorward/doorward-grants-20261124T110200Z.csv", report: "/home/mara/Documents/Doorward/doorward-grants-20261124T110200Z.html", rows: accounts.size, as_of: online() ? began : began - 2 * HOUR, hash: "9f2c4a5be1d07d3b6a8c1f0e2b7d95c4e83a6f1d0b9c8e7a5d4f3b2a1c0e9d8f" }),
  };
}
