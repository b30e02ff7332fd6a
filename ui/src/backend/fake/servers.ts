/** The made-up world's servers, who is on them, and connecting to one. No terminal is opened. NO SECURITY. */
import type { Commands } from "..";
import type { CertificateOn, ErrorCode, Happened, KeyPurpose, Ms, OwnSshKey, ServersView, ServerView, Why } from "../bindings";
import { DAY, HOUR, MINUTE } from "../../time";
import { problem } from "./daily";
import type { Role } from "./world";

type Part = Pick<Commands, "servers" | "sshKeys" | "enrolSshKey" | "connect" | "connectionEffects" | "endConnection">;

interface World {
  asked: URLSearchParams;
  role: Role;
  me: string;
  began: Ms;
  now: () => Ms;
  pace: number;
  online: () => boolean;
  ceremony: (purpose: KeyPurpose) => Promise<boolean>;
  changed: () => void;
}

const MINE = "SHA256:Yw2p0n1bQmU6Jr0zT8yqCk3oP4l2vXhSgLd9aWfEi7M";
const KEYS: OwnSshKey[] = [
  { file: "/home/mara/.ssh/id_ed25519_sk", line: "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIMtJv0Y1n mara", fingerprint: MINE, in_hardware: true },
  { file: "/home/mara/.ssh/id_ed25519", line: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV mara", fingerprint: "SHA256:VhCdOSd9iGEf9L1lqnwaDEMQsRh4RjpQZJ/bXwh42L8", in_hardware: false },
];

export function makeServers(world: World) {
  const { asked, role, me, began, now } = world;
  const ok = <T>(data: T) => ({ status: "ok" as const, data });
  const no = (code: ErrorCode, why: Why | null = null) => ({ status: "error" as const, error: problem(code, { why }) });
  const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
  const mine = role === "infra";
  let sshKey = mine && asked.get("ssh") !== "none" ? MINE : null;
  let serial = 412;
  let told = began;

  const on = (staff: [string, string], ticket: string | null, reason: string | null, ago: number, more: Partial<CertificateOn> = {}): CertificateOn => ({
    certificate: more.certificate ?? ++serial, staff: { id: staff[0], name: staff[1] }, mine: staff[0] === me, ticket, reason, issued: began - ago, ends: began - ago + 10 * MINUTE,
    connection_ends: began - ago + 8 * HOUR, connected: began - ago + MINUTE, command: null, ...more,
  });
  const server = (host: string, label: ServerView["label"], address: string, certificates: CertificateOn[] = [], more: Partial<ServerView> = {}): ServerView => ({
    host, label, address, port: 22, login: "ops", told: began - 8_000, why_not: null, certificates, ...more,
  });
  const LIAM: [string, string] = ["liam-byrne", "Liam Byrne"];
  const all: ServerView[] = asked.get("servers") === "0" || !(mine || role === "admin") ? [] : [
    server("api-1", "infrastructure", "10.20.0.11", [on(LIAM, "OPS-311", "Certificates of the mail relay renew by hand until Friday", 74 * MINUTE)]),
    server("api-2", "infrastructure", "10.20.0.12"),
    server("queue-1", "infrastructure", "10.20.0.31", mine ? [on([me, "Mara Novak"], "T-20417", "The import queue stands still", 22 * MINUTE)] : []),
    server("search-1", "infrastructure", "search-1.internal.example", [], { port: 2222, told: null }),
    server("web-1", "infrastructure", "10.20.0.21", [on(["samir-aziz", "Samir Aziz"], null, "Disk of the web server fills up", 7 * MINUTE), on(LIAM, "OPS-311", "Looks at the same, with Samir", 4 * MINUTE, { connected: null })]),
    server("web-2", "infrastructure", "10.20.0.22"),
    server("db-1", "maintenance", "10.20.1.5", [on(["tove-dahl", "Tove Dahl"], "OPS-298", "Weekly vacuum and a look at the slow queries", 3 * HOUR)], { login: "postgres" }),
    server("db-2", "maintenance", "10.20.1.6", [], { login: "postgres" }),
  ];
  const over: [ServerView, CertificateOn, Ms][] = [];
  const find = (certificate: number) => all.flatMap((one) => one.certificates.map((c) => [one, c] as const)).find(([, c]) => c.certificate === certificate);

  function view(): ServersView {
    if (world.online()) told = now();
    const lives = (c: CertificateOn) => (c.connected === null ? c.ends > now() : c.connection_ends > now());
    const servers = all.map((one) => ({ ...one, why_not: role === "admin" ? ("no-role" as const) : sshKey === null ? ("ssh-key-missing" as const) : null, certificates: one.certificates.filter(lives) }));
    return { servers, ssh_key: sshKey, as_of: world.online() ? null : told };
  }

  const commands: Part = {
    servers: async () => (await wait(world.pace / 4), asked.get("servers") === "fail" ? no("unavailable") : ok(structuredClone(view()))),
    sshKeys: async () => (await wait(world.pace / 4), ok(asked.get("ssh") === "none" ? [] : KEYS)),
    async enrolSshKey(line) {
      const known = KEYS.find((key) => key.line === line);
      if (line.includes("taken")) return no("conflict");
      if (!(await world.ceremony({ purpose: "enrol-ssh-key", fingerprint: known?.fingerprint ?? MINE }))) return no("cancelled");
      sshKey = known?.fingerprint ?? MINE;
      world.changed();
      return ok(null);
    },
    async connect(ask) {
      const one = all.find((other) => other.host === ask.host);
      if (!world.online()) return no("offline");
      if (!one) return no("denied", "unknown-host");
      if (sshKey === null) return no("denied", "ssh-key-missing");
      if (!(await world.ceremony({ purpose: "connect", host: ask.host }))) return no("cancelled");
      const command = `ssh -F /run/user/1000/doorward-ssh-5d0c1f7a93be2648/config -- ${one.host}`;
      const at = now();
      const made: CertificateOn = { certificate: ++serial, staff: { id: me, name: "Mara Novak" }, mine: true, ticket: ask.ticket, reason: ask.reason, issued: at, ends: at + 10 * MINUTE, connection_ends: at + 8 * HOUR, connected: null, command };
      one.certificates = [made, ...one.certificates];
      const terminal = ask.terminal && asked.get("terminal") !== "none";
      if (terminal) made.connected = at;
      world.changed();
      return ok({ certificate: made.certificate, command, ends: made.ends, connection_ends: made.connection_ends, terminal, needs_agent: asked.has("agent") });
    },
    async connectionEffects(certificate) {
      await wait(world.pace / 4);
      const found = find(certificate);
      if (!found) return no("not-found");
      const [one, { staff, mine: own, connected, ends }] = found;
      return ok({ host: one.host, staff, mine: own, connected, ends, queued: !world.online() });
    },
    async endConnection(certificate) {
      const found = find(certificate);
      if (!found) return no("not-found");
      const [one, { mine: own, staff }] = found;
      if (!own && !world.online()) return no("offline");
      if (!own && !(await world.ceremony({ purpose: "end-connection", host: one.host, staff: staff.name ?? staff.id }))) return no("cancelled");
      one.certificates = one.certificates.filter((c) => c.certificate !== certificate);
      over.push([one, found[1], now()]);
      world.changed();
      return ok(null);
    },
  };

  /** Everything about a server: who was let in, for what, and what was taken back. */
  function history(host: string): [Ms, Happened][] {
    const one = all.find((other) => other.host === host);
    if (!one) return [];
    const ME = { id: me, name: "Mara Novak" };
    const issued = (c: CertificateOn, ended: boolean): [Ms, Happened] => [c.issued, { is: "certificate-issued", certificate: c.certificate, staff: c.staff, host, ends: c.ends, connection_ends: c.connection_ends, still_open: !ended && c.connection_ends > now(), ticket: c.ticket, reason: c.reason }];
    const revoked = (c: CertificateOn, at: Ms, by: { id: string; name: string | null }): [Ms, Happened] => [at, { is: "certificate-revoked", certificate: c.certificate, by, staff: c.staff, host, issued: c.issued }];
    const long = (who: [string, string], certificate: number, ago: number, ticket: string | null, reason: string | null) => on(who, ticket, reason, ago, { certificate });
    const cut = long(["samir-aziz", "Samir Aziz"], 377, 3 * DAY, null, "Trying a new version of the agent");
    const left = long(LIAM, 341, 9 * DAY + 2 * HOUR, "OPS-287", "Swapping the disk that reports errors");
    const before = [cut, left, long(LIAM, 296, 16 * DAY, "OPS-270", "Kernel update and a restart")];
    const gone = over.filter(([of]) => of === one);
    return [
      ...one.certificates.map((c) => issued(c, false)), ...gone.map(([, c]) => issued(c, true)), ...before.map((c) => issued(c, true)),
      ...gone.map(([, c, at]) => revoked(c, at, ME)), revoked(cut, cut.issued + 35 * MINUTE, { id: "nia-berg", name: "Nia Berg" }), revoked(left, left.issued + 50 * MINUTE, left.staff),
      [began - 60 * DAY, { is: "host-added", host, label: one.label }],
    ];
  }
  return { commands, history };
}
