/** The lock of the fake backend: what the page sees of it. NO SECURITY. */
import { problem } from "./daily";
import type { ConsoleEvent, ConsoleState, KeyPurpose, LockedBy, Problem, SessionView } from "../bindings";

interface House {
  state: ConsoleState;
  tell: (event: ConsoleEvent) => void;
  changed: () => void;
  ceremony: (purpose: KeyPurpose) => Promise<boolean>;
  sessions: () => SessionView[];
  end: (serial: number) => void;
  /** Who is shown once the copy is open. */
  enter: () => void;
}

type Done = { status: "ok"; data: null } | { status: "error"; error: Problem };
const ok: Done = { status: "ok", data: null };
const no = (code: Problem["code"]): Done => ({ status: "error", error: problem(code) });

export function makeLock({ state, tell, changed, ceremony, sessions, end, enter }: House) {
  const locked = (by: LockedBy) => ({ by, sessions: sessions().length, until: sessions().reduce<number | null>((last, s) => Math.max(last ?? 0, s.ends), null) });
  const lock = (by: LockedBy) => {
    state.phase = "locked";
    state.locked = locked(by);
    changed();
  };
  let missed: ConsoleEvent[] = [];
  return {
    lock,
    /** A session is over: behind the lock that is told when it opens. */
    over: (event: ConsoleEvent) => (state.phase === "locked" ? void missed.push(event) : tell(event)),
    commands: {
      lock: async (): Promise<Done> => (lock("you"), ok),
      async unlock(): Promise<Done> {
        const by = state.locked?.by;
        if (!(await ceremony({ purpose: "unlock" }))) return no("cancelled");
        state.locked = null;
        state.phase = by === "offline" ? "review" : "signed-in";
        if (by === "offline") enter();
        changed();
        missed.forEach(tell);
        missed = [];
        return ok;
      },
      active: async (): Promise<Done> => ok,
      async chooseLockAfter(minutes: number): Promise<Done> {
        state.lock_after = minutes;
        changed();
        return ok;
      },
      async endAll(): Promise<Done> {
        sessions().forEach((s) => end(s.serial));
        if (state.locked) state.locked = locked(state.locked.by);
        changed();
        return ok;
      },
    },
  };
}
