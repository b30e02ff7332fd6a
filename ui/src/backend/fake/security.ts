/** The staff of the made-up world, what they have open, and what a security admin changes of it. NO SECURITY. */
import type { AccountRow, Change, ChangeMade, KeyEffects, KeyView, SessionElsewhere, SessionView, StaffView } from "../bindings";
import { DAY, HOUR, MINUTE } from "../../time";
import type { Role } from "./world";

interface World {
  me: string;
  role: Role;
  began: number;
  accounts: Map<string, AccountRow>;
  keys: KeyView[];
}

export function makeSecurity({ me, role, began, accounts, keys }: World) {
  const rows = [...accounts.values()];
  const accountsOf = (id: string) => rows.filter((row) => row.primary_csm?.id === id).slice(0, 6).map(({ id: account, name }) => ({ id: account, name }));
  const person = (id: string, name: string, roles: StaffView["roles"], more: Partial<StaffView> = {}): StaffView => ({
    staff: { id, name }, handle: id.split("-")[0] ?? id, me: id === me, suspended: false, roles, duty: [], primary_of: roles.includes("csm") ? accountsOf(id) : [], keys: keys.filter((k) => k.staff.id === id && !k.revoked).length, ...more,
  });
  const all = [
    person("ada-brandt", "Ada Brandt", ["csm"], { keys: 2 }),
    person("bilal-haddad", "Bilal Haddad", ["technical-support"], { keys: 1 }),
    person("hana-sato", "Hana Sato", ["technical-support", "csm"]),
    person("ines-duarte", "Ines Duarte", ["security-admin"]),
    person("jonas-lind", "Jonas Lind", ["csm"]),
    person("liam-byrne", "Liam Byrne", ["infrastructure-engineer"], { keys: 0 }),
    person(me, "Mara Novak", role === "admin" ? ["security-admin"] : role === "infra" ? ["infrastructure-engineer"] : role === "csm" ? ["csm"] : ["technical-support"]),
    person("priya-menon", "Priya Menon", [], { keys: 1, duty: [{ opened: 41_210, from: began - 2 * HOUR, until: began + 6 * HOUR }, { opened: 41_244, from: began + 2 * DAY, until: began + 2 * DAY + 8 * HOUR }] }),
    person("samir-aziz", "Samir Aziz", ["technical-support"], { suspended: true }),
  ];
  const elsewhere: SessionElsewhere[] = rows.length === 0 ? [] : [
    { staff: "jonas-lind", name: "Jonas Lind", mode: "read-write" as const, ticket: null, reason: "Correcting the plan of three people, as agreed", at: 4, length: 15, row: 3 },
    { staff: "hana-sato", name: "Hana Sato", mode: "read-only" as const, ticket: "T-20398", reason: "Imports stopped on Monday", at: 31, length: 60, row: 9 },
    { staff: "bilal-haddad", name: "Bilal Haddad", mode: "read-only" as const, ticket: "T-20411", reason: "A bounced message, asked about by phone", at: 12, length: 60, row: 14 },
  ].map(({ staff, name, mode, ticket, reason, at, length, row }, i) => ({
    session: { serial: 7_001 + i, account: rows[row]?.id ?? "", account_name: rows[row]?.name ?? null, mode, ticket, reason, opened: began - at * MINUTE, ends: began + (length - at) * MINUTE },
    staff: { id: staff, name }, key: staff === "jonas-lind" ? 3 : 4, mine: false, here: false,
  }));
  let next = 50_000;
  let added = 0;
  const find = (id: string) => all.find((p) => p.staff.id === id);

  return {
    staff: () => structuredClone(all).sort((a, b) => ((a.staff.name ?? "") < (b.staff.name ?? "") ? -1 : 1)),
    everywhere(own: SessionView[]): SessionElsewhere[] {
      const mine = own.map((session) => ({ session, staff: { id: me, name: "Mara Novak" }, key: 1, mine: true, here: true }));
      return [...mine, ...(role === "admin" ? elsewhere : [])].sort((a, b) => a.session.ends - b.session.ends);
    },
    subject(change: Change): string {
      if ("staff" in change && change.change !== "assign-primary-csm") return find(change.staff)?.staff.name ?? change.staff;
      if ("account" in change) return accounts.get(change.account)?.name ?? change.account;
      return change.change === "add-staff" ? change.name : String(change.change === "end-sessions" ? change.sessions.length : change.keys.length);
    },
    effects(change: Change): KeyEffects {
      const hit = elsewhere.filter((s) => (change.change === "end-sessions" ? change.sessions.includes(s.session.serial) : change.change === "revoke-keys" ? change.keys.includes(s.key) : (change.change === "suspend" || change.change === "take-role") && s.staff.id === change.staff));
      const own = change.change === "revoke-keys" && change.keys.some((key) => keys.find((k) => k.key === key)?.in_use);
      return {
        sessions: hit.map(({ session }) => ({ serial: session.serial, account_name: session.account_name, mode: session.mode })),
        sign_ins: change.change === "suspend" ? 1 : change.change === "revoke-keys" ? change.keys.length : 0,
        last_admin_key: false, signs_you_out: own || (change.change === "suspend" && change.staff === me), queued: false,
      };
    },
    make(change: Change, now: number): ChangeMade {
      const made: ChangeMade = { code: null, staff: null };
      const one = "staff" in change ? find(change.staff) : undefined;
      switch (change.change) {
        case "add-staff": {
          made.staff = `s-${++added}`;
          all.push(person(made.staff, change.name, [], { handle: change.handle }));
          break;
        }
        case "issue-code": made.code = { code: "7KQD-M2XV-94RT", expires: now + DAY }; break;
        case "suspend": if (one) one.suspended = true; break;
        case "reinstate": if (one) one.suspended = false; break;
        case "give-role": one?.roles.push(change.role); break;
        case "take-role": if (one) one.roles = one.roles.filter((r) => r !== change.role); break;
        case "open-duty": one?.duty.push({ opened: ++next, from: change.from, until: change.until }); break;
        case "close-duty": if (one) one.duty = one.duty.filter((d) => d.opened !== change.opened); break;
        case "assign-primary-csm": {
          for (const p of all) p.primary_of = p.primary_of.filter((a) => a.id !== change.account);
          one?.primary_of.push({ id: change.account, name: accounts.get(change.account)?.name ?? null });
          break;
        }
        case "unassign-primary-csm": for (const p of all) p.primary_of = p.primary_of.filter((a) => a.id !== change.account); break;
        case "revoke-keys": for (const k of keys) if (change.keys.includes(k.key)) k.revoked = true; break;
        case "end-sessions": for (const serial of change.sessions) elsewhere.splice(elsewhere.findIndex((s) => s.session.serial === serial), elsewhere.some((s) => s.session.serial === serial) ? 1 : 0); break;
      }
      return made;
    },
  };
}
