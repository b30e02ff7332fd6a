/** A history as it is read: rows in words, by day, filtered. Pure: codes in, sentences out. */
import type { HistoryRow } from "../backend/bindings";
import { formats } from "../formats.svelte";
import { history as words, modes, plans, roles, settings } from "../words";

/** What a row is about: the colour and sign beside it, and what it is filtered by. */
export type Sort = "access" | "session" | "people" | "servers";

export interface Told {
  sort: Sort;
  sign: "on" | "off" | "read" | "write" | "out" | "person" | "key" | "account" | "terminal";
  text: string;
  /** A second line. */
  more: string | null;
  /** What still holds of it. */
  still: string | null;
}

export interface Day {
  name: string;
  rows: HistoryRow[];
}

const person = (staff: { id: string; name: string | null }) => staff.name ?? staff.id;

export function told(row: HistoryRow): Told {
  const { what } = row;
  const say = (sort: Sort, sign: Told["sign"], text: string, more: string | null = null, still: string | null = null): Told => ({ sort, sign, text, more, still });
  switch (what.is) {
    case "account-registered": return say("access", "account", words.registered, plans[what.plan]);
    case "plan-changed": return say("access", "account", words.plan(plans[what.plan]), what.plan === "standard" ? words.planText : null);
    case "account-closed": return say("access", "off", words.closed);
    case "grant-enabled": return say("access", "on", words.on(settings[what.setting].name, what.by), what.until === null ? words.indefinitely : words.until(formats.exact(what.until)), what.still_on ? words.stillOn : null);
    case "grant-disabled": return say("access", "off", words.off(settings[what.setting].name), words.offText);
    case "primary-csm-assigned": return say("people", "person", words.primary(person(what.staff)));
    case "primary-csm-unassigned": return say("people", "person", words.noPrimary);
    case "session-opened": return say("session", what.mode === "read-write" ? "write" : "read", words.opened(person(what.staff), modes[what.mode].toLowerCase()), [what.ticket, what.reason, what.reads === null || what.writes === null ? null : words.counts(what.reads, what.writes)].filter(Boolean).join(" · ") || words.ends(formats.hour(what.ends)), what.still_open ? words.stillOpen(formats.hour(what.ends)) : null);
    case "session-ended": return say("session", "out", what.staff ? words.ended[what.by](person(what.staff)) : words.endedUnknown(what.session), what.opened === null ? null : words.was(what.mode ? modes[what.mode].toLowerCase() : "", formats.stamp(what.opened)));
    case "staff-added": return say("people", "person", words.added(person(what.staff)));
    case "staff-suspended": return say("people", "off", words.suspended(person(what.staff)));
    case "staff-reinstated": return say("people", "on", words.reinstated(person(what.staff)));
    case "role-given": return say("people", "person", words.role(person(what.staff), roles[what.role]));
    case "role-taken": return say("people", "off", words.noRole(person(what.staff), roles[what.role]));
    case "duty-opened": return say("people", "on", words.duty(person(what.staff)), words.from(formats.exact(what.from), formats.exact(what.until)));
    case "duty-closed": return say("people", "off", words.noDuty(person(what.staff)));
    case "key-enrolled": return say("people", "key", words.key(what.key, person(what.staff)));
    case "key-revoked": return say("people", "off", words.noKey(what.key, person(what.by)));
    case "host-added": return say("servers", "on", words.host(what.host), words.hostFor[what.label]);
    case "host-removed": return say("servers", "off", words.noHost(what.host), words.noHostText);
    case "ssh-ca-trusted": return say("servers", "key", words.ca, what.ca);
    case "ssh-ca-revoked": return say("servers", "off", words.noCa, what.ca);
    case "ssh-key-enrolled": return say("servers", "key", words.sshKey(what.key), what.ssh_key);
    case "certificate-issued": return say("servers", "terminal", words.certificate(person(what.staff), what.host), [what.ticket, what.reason, words.certificateNo(what.certificate), words.connectionEnds(formats.exact(what.connection_ends))].filter(Boolean).join(" · "), what.still_open ? words.mayBeOn : null);
    case "certificate-revoked": {
      const text = what.staff === null ? words.noCertificate(what.certificate, person(what.by)) : what.staff.id === what.by.id ? words.ownCertificate(person(what.by)) : words.noCertificateOf(person(what.staff), person(what.by));
      return say("servers", "off", text, what.host === null || what.issued === null ? null : words.issued(what.certificate, what.host, formats.stamp(what.issued)));
    }
  }
}

/** Rows that fit, by the day on which they happened where this is read. */
export function days(rows: HistoryRow[], sort: Sort | "all", query: string): Day[] {
  const wanted = query.trim().toLowerCase();
  const out: Day[] = [];
  for (const row of rows) {
    const t = told(row);
    if (sort !== "all" && t.sort !== sort) continue;
    if (![t.text, t.more, row.account?.name, row.account?.id, String(row.seq)].join(" ").toLowerCase().includes(wanted)) continue;
    const name = formats.date(row.at);
    if (out.at(-1)?.name === name) out.at(-1)?.rows.push(row);
    else out.push({ name, rows: [row] });
  }
  return out;
}

/** What a check came to as a whole: everything right, right as far as could be looked, or wrong. */
export const verdict = (steps: { found: "right" | "wrong" | "not-looked" }[]): "right" | "partly" | "wrong" =>
  steps.some((s) => s.found === "wrong") ? "wrong" : steps.every((s) => s.found === "right") ? "right" : "partly";
