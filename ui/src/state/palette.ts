/** What the command palette offers for a query: a flat list of things to go to or do, best first, in groups. */
import type { AccountRow, ModeName } from "../backend/bindings";
import { fit } from "./fuzzy";
import { accounts as accountWords, desktop, history, lock as lockWords, logCheck, modes, palette as words, plans, review, servers as serverWords } from "../words";
import type { Console } from "./console.svelte";
import { clues } from "./paste";

export type Group = keyof typeof words.groups;
export type Sign = "account" | "server" | "session" | "person" | "ticket" | "go" | "do" | "end";
export interface Entry {
  id: string;
  group: Group;
  sign: Sign;
  title: string;
  /** Letters of the title that answered. */
  at: number[];
  sub: string | null;
  keys: string | null;
  run: () => void;
  /** With Shift: opens the account read-only. */
  open: (() => void) | null;
}

const MOST = 8;

export function entries(console: Console, query: string, act: { shortcuts: () => void }): Entry[] {
  const wanted = query.trim().toLowerCase();
  const seen = new Set<string>();
  const once = (list: Entry[]) => list.filter((entry) => !seen.has(entry.id) && seen.add(entry.id));
  if (wanted === "") return once([...sessions(console, ""), ...kept(console), ...deeds(console, "", act)]);
  const hosts = servers(console, wanted);
  // A server's name letter by letter is meant, though it may look like a ticket; letters here and there may be an account's.
  const meant = hosts.filter((entry) => entry.title.includes(wanted));
  return once([...meant, ...pasted(console, query), ...accounts(console, wanted), ...(meant.length > 0 ? [] : hosts), ...sessions(console, wanted), ...deeds(console, wanted, act)]);
}

function entry(console: Console, row: AccountRow, group: Group, query: string, sub: string | null = null): Entry {
  const title = row.name ?? accountWords.noName;
  return {
    id: `account-${row.id}`, group, sign: "account", title, at: fit(title, query)?.at ?? [], sub: `${row.id} · ${sub ?? plans[row.plan]}`, keys: null,
    run: () => console.show(row.id),
    open: row.may.read_only ? () => (console.show(row.id), console.want(row.id, "read-only")) : null,
  };
}

const rows = (console: Console, ids: string[]) => ids.map((id) => console.accounts.get(id)).filter((row) => row !== null);
const kept = (console: Console) => [
  ...rows(console, console.marks.pins).map((row) => entry(console, row, "pins", "")),
  ...rows(console, console.marks.recents).map((row) => entry(console, row, "recents", "")),
];
const accounts = (console: Console, query: string) => console.accounts.find(query, MOST).map((row) => entry(console, row, "accounts", query));

/** Servers: chosen, and with Shift connected to. */
function servers(console: Console, query: string): Entry[] {
  if (!console.hasServers) return [];
  const found = console.servers.all.flatMap((server) => {
    const hit = fit(server.host, query);
    const may = console.opens && server.why_not === null;
    const show = (connect: boolean) => () => (console.place = { at: "servers", host: server.host, connect });
    return hit ? [{ score: hit.score, id: `server-${server.host}`, group: "servers" as const, sign: "server" as const, title: server.host, at: hit.at, sub: `${serverWords.labels[server.label]} · ${server.address}`, keys: null, run: show(false), open: may ? show(true) : null }] : [];
  });
  return found.sort((a, b) => b.score - a.score).slice(0, MOST);
}

function sessions(console: Console, query: string): Entry[] {
  return console.sessions.flatMap((s) => {
    const title = s.account_name ?? s.account;
    const found = fit(title, query);
    const sub = [modes[s.mode], s.ticket, s.reason].filter(Boolean).join(" · ");
    return found ? [{ id: `session-${s.serial}`, group: "sessions" as const, sign: "session" as const, title, at: found.at, sub, keys: null, run: () => console.enter(s.serial), open: null }] : [];
  });
}

/** What a pasted text names. A ticket that no session serves yet is kept for the next one. */
function pasted(console: Console, query: string): Entry[] {
  const { ids, ticket, email } = clues(query);
  const out = rows(console, ids).map((row) => entry(console, row, "found", "", words.byId));
  const found = (id: string, sign: Sign, title: string, sub: string | null, run: () => void) => out.push({ id, group: "found", sign, title, at: [], sub, keys: null, run, open: null });
  for (const id of ids) {
    const session = console.sessions.find((s) => s.serial === console.workspaces.get(id));
    if (session) found(`workspace-${id}`, "session", session.account_name ?? session.account, words.workspace(id), () => (console.place = { at: "session", serial: session.serial, tab: "workspaces", person: null }));
  }
  if (ticket !== null) {
    for (const s of console.sessions.filter((s) => s.ticket === ticket)) found(`session-${s.serial}`, "session", s.account_name ?? s.account, words.inTicket(ticket), () => console.enter(s.serial));
    found("ticket", "ticket", words.useTicket(ticket), null, () => (console.ticket = ticket));
  }
  if (email !== null) {
    for (const s of console.sessions) found(`person-${s.serial}`, "person", words.person(email.whole, s.account_name ?? s.account), modes[s.mode], () => (console.place = { at: "session", serial: s.serial, tab: "people", person: null, email: email.whole }));
    out.push(...console.accounts.ofDomain(email.domain, MOST).map((row) => entry(console, row, "found", "", words.byDomain(email.domain))));
  }
  return out;
}

function deeds(console: Console, query: string, act: { shortcuts: () => void }): Entry[] {
  const here = console.accounts.current;
  const may = (mode: ModeName) => here !== null && console.opens && console.place.at === "accounts" && (mode === "read-only" ? here.may.read_only : here.may.read_write);
  const name = here?.name ?? here?.id ?? "";
  const all: [string, Group, Sign, string, string | null, () => void, boolean?][] = [
    ["open-ro", "here", "do", words.open("read-only", name), "Enter", () => here && console.want(here.id, "read-only"), may("read-only")],
    ["open-rw", "here", "do", words.open("read-write", name), "w", () => here && console.want(here.id, "read-write"), may("read-write")],
    ...console.sessions.map((s): [string, Group, Sign, string, string | null, () => void] => [`end-${s.serial}`, "here", "end", words.end(s.account_name ?? s.account), null, () => void console.end(s.serial)]),
    ["end-all", "here", "end", words.endAll(console.sessions.length), null, () => void console.endAll(), console.sessions.length > 1],
    ["copy-link", "here", "do", desktop.copyLink(name), null, () => here && void console.copy(`doorward://accounts/${here.id}`), here !== null && console.place.at === "accounts"],
    ["accounts", "go", "go", words.accounts, "g a", () => (console.place = { at: "accounts" })],
    ["timeline", "go", "go", words.timeline, "g t", () => (console.place = { at: "timeline" })],
    ["everywhere", "go", "go", words.everywhere, "g s", () => (console.place = { at: "everywhere" })],
    ["staff", "go", "go", words.staff, "g p", () => (console.place = { at: "staff" }), console.isAdmin],
    ["servers", "go", "go", words.servers, "g v", () => (console.place = { at: "servers" }), console.hasServers],
    ["keys", "go", "go", words.keys, "g k", () => (console.place = { at: "keys" })],
    ["settings", "go", "go", words.settings, "g ,", () => (console.place = { at: "settings" })],
    ["history", "here", "go", history.title(name), "h", () => here && (console.place = { at: "history", of: "account", id: here.id, name: here.name }), here !== null && console.place.at === "accounts"],
    ["verify", "do", "do", logCheck.do, null, () => (console.place = { at: "settings" })],
    ["export", "do", "do", review.write, null, () => (console.place = { at: "settings" })],
    ["theme", "do", "do", words.theme, null, () => console.settings.turn()],
    ["contrast", "do", "do", words.contrast, null, () => console.settings.choose("contrast", console.settings.choices.contrast === "more" ? "system" : "more")],
    ["said", "do", "do", words.said, "g m", () => (console.reading = true)],
    ["shortcuts", "do", "do", words.shortcuts, "?", act.shortcuts],
    ["lock", "do", "do", lockWords.now, "Ctrl L", () => void console.lock()],
    ["sign-out", "do", "end", words.signOut, null, () => void console.signOut()],
  ];
  const offered = all.filter(([, , , , , , offer]) => offer ?? true).map(([id, group, sign, title, keys, run]) => ({ id, group, sign, title, keys, run, sub: null, open: null, fit: fit(title, query) }));
  const fitting = offered.flatMap(({ fit: found, ...rest }) => (found ? [{ ...rest, at: found.at, score: found.score }] : []));
  if (query === "") return fitting;
  const best = fitting.sort((a, b) => b.score - a.score).slice(0, MOST);
  // Groups stay together, led by the one with the best answer.
  const order = [...new Set(best.map((deed) => deed.group))];
  return order.flatMap((group) => best.filter((deed) => deed.group === group));
}
