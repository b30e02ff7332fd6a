/** What goes on around a session all day: read-write that lies idle, a change that is taken back. It decides nothing. */
import type { AttributeChange, Ms, Person, SessionView } from "../backend/bindings";
import { problemOf, take } from "../backend";
import { idle as idleWords, undo as undoWords } from "../words";
import type { Console } from "./console.svelte";
import { changes, type Difference } from "./edit";

/** Typing and pointing are told at most this often, in milliseconds. */
const TOLD_APART = 15_000;

export class Daily {
  /** When each read-write session that nobody uses will end. */
  idle = $state.raw(new Map<number, Ms>());
  /** The person as they stand since a change was taken back. */
  restored = $state.raw<Person | null>(null);
  #told = new Map<number, number>();

  constructor(readonly console: Console) {}

  hear(session: number, at: Ms | null): void {
    const next = new Map(this.idle);
    if (at === null) next.delete(session);
    else next.set(session, at);
    this.idle = next;
  }

  /** A session is over: nothing more is to be said of it. */
  over(session: number): void {
    if (this.idle.has(session)) this.hear(session, null);
    this.#told.delete(session);
  }

  /** Somebody types or points in the session. */
  active(session: number): void {
    const now = this.console.clock.steady();
    const last = this.#told.get(session);
    if (last !== undefined && now - last < TOLD_APART && !this.idle.has(session)) return;
    this.#told.set(session, now);
    void this.console.backend.commands.noteActive(session);
  }

  /** How long read-write may lie idle, as it was chosen. */
  keepIdle(): void {
    void this.console.backend.commands.keepIdle(Number(this.console.settings.choices.idle));
  }

  /** Says what was changed, and how it is taken back. */
  changed(account: string, person: string, diff: Difference[]): void {
    this.console.say(undoWords.changed(diff.map((d) => d.name)), null, { label: undoWords.go, run: () => void this.#undo(account, person, diff) });
  }

  /** Writes the former values back, only where what was written still stands. */
  async #undo(account: string, person: string, diff: Difference[]): Promise<void> {
    const session = this.console.sessions.find((s) => s.account === account && s.mode === "read-write");
    if (!session) return this.console.say(undoWords.over);
    const former: AttributeChange[] = diff.map(({ name, was }) => ({ name, value: was }));
    try {
      this.restored = await take(this.console.backend.commands.updatePerson({ session: session.serial, person, changes: former, only_if: changes(diff) }));
      this.console.say(undoWords.done);
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (problem.code === "conflict") this.console.say(undoWords.since);
      else this.console.say("", problem);
    }
  }

  /** Read-write ended for nobody used it: the read-only session beside it goes on, or one like it is opened in its place. None where that cannot be. */
  async backToReading(gone: SessionView, beside: number | null): Promise<number | null> {
    try {
      const { account, ticket, reason } = gone;
      const serial = beside ?? (await take(this.console.backend.commands.openSession({ account, mode: "read-only", ticket, reason }))).serial;
      this.console.say(idleWords.back);
      return serial;
    } catch {
      return null;
    }
  }
}
