/** The fake's part in daily use: endpoints, read-write that lies idle, a clock that is off. */
import type { Commands } from "..";
import type { ClockSkew, ConsoleEvent, ErrorCode, Ms, Problem, SessionView } from "../bindings";
import { MINUTE } from "../../time";

type Part = Pick<Commands, "noteActive" | "keepIdle" | "about" | "endpoint" | "openEndpoint" | "closeEndpoint">;

interface World {
  now: () => Ms;
  pace: number;
  sessions: () => SessionView[];
  tell: (event: ConsoleEvent) => void;
  end: (session: number) => void;
  contact: string | null;
}

export const problem = (code: ErrorCode, more: Partial<Problem> = {}): Problem => ({ code, why: null, request: null, model: null, retry_after: null, ...more });

export function makeDaily(world: World) {
  const endpoints = new Map<number, { session: number; url: string; secret: string }>();
  const active = new Map<number, Ms>();
  const said = new Set<number>();
  let patience = 5 * MINUTE;
  let watches = true;
  const ok = <T>(data: T) => ({ status: "ok" as const, data });
  const no = (code: ErrorCode) => ({ status: "error" as const, error: problem(code) });
  const lives = (session: number) => world.sessions().some((s) => s.serial === session);

  const note = (session: number) => {
    active.set(session, world.now());
    if (said.delete(session)) world.tell({ kind: "idle", session, at: null });
  };

  const commands: Part = {
    noteActive: async (session) => (note(session), ok(null)),
    keepIdle: async (minutes) => ((patience = minutes * MINUTE), ok(null)),
    about: async () => ok({ version: "0.1.0", security_contact: world.contact }),
    endpoint: async (session) => (lives(session) ? ok(endpoints.get(session) ?? null) : no("session-not-open")),
    async openEndpoint(session) {
      await new Promise((done) => setTimeout(done, world.pace));
      if (!lives(session)) return no("session-not-open");
      const view = endpoints.get(session) ?? { session, url: "http://127.0.0.1:41873", secret: "doorward-endpoint-3q2-7wAAAAAqKioqKioqKioqKioqKioqKioqKioqKio" };
      endpoints.set(session, view);
      return ok(view);
    },
    closeEndpoint: async (session) => (endpoints.delete(session), ok(null)),
  };

  /** Looks what lies idle. */
  function look(): void {
    for (const s of world.sessions().filter((s) => watches && s.mode === "read-write")) {
      const at = (active.get(s.serial) ?? s.opened) + patience;
      if (at <= world.now()) world.end(s.serial);
      else if (at - world.now() <= MINUTE && at < s.ends && !said.has(s.serial)) {
        said.add(s.serial);
        world.tell({ kind: "idle", session: s.serial, at });
      }
    }
  }

  return { commands, look, note, rest: () => void (watches = false), skew: (by: number, now: Ms): ClockSkew => ({ here: now + by, server: now }) };
}
