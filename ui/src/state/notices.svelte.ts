/** What the page says in passing. Good news leaves by itself, but never while somebody is at it; all of it can be read again until the sign-out. */
import type { Ms, Problem } from "../backend/bindings";
import { tag } from "../words";

/** How long good news stays, in milliseconds. */
const GOOD_NEWS = 6_000;
/** And where something can still be done about it. */
const WITH_ACTION = 12_000;
const MOST_SHOWN = 4;
const MOST_KEPT = 50;

export interface Notice {
  id: number;
  text: string;
  problem: Problem | null;
  /** The language it was said in: it does not change with the page's. */
  language: string;
  /** News that nobody here brought about, and not something done. */
  news: boolean;
  /** What can be done about it, by one press. */
  action: { label: string; run: () => void } | null;
  at: Ms;
}

export class Notices {
  shown = $state.raw<Notice[]>([]);
  /** Newest first. */
  said = $state.raw<Notice[]>([]);
  #next = 0;
  #held = false;
  #leaving = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(readonly now: () => Ms) {}

  say(text: string, problem: Problem | null = null, action: Notice["action"] = null, news = false): void {
    const notice = { id: ++this.#next, text, problem, language: tag(), news, action, at: this.now() };
    this.shown = [...this.shown, notice].slice(-MOST_SHOWN);
    this.said = [notice, ...this.said].slice(0, MOST_KEPT);
    if (!this.#held) this.#leave(notice);
  }

  /** Somebody points at them or has the focus in them: they stay, and begin anew afterwards. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#leaving.forEach((timer) => clearTimeout(timer));
    this.#leaving.clear();
    if (!held) this.shown.forEach((notice) => this.#leave(notice));
  }

  dismiss(id: number): void {
    clearTimeout(this.#leaving.get(id));
    this.#leaving.delete(id);
    this.shown = this.shown.filter((n) => n.id !== id);
    if (this.shown.length === 0) this.#held = false;
  }

  forget(): void {
    this.#leaving.forEach((timer) => clearTimeout(timer));
    this.#leaving.clear();
    [this.shown, this.said] = [[], []];
    this.#held = false;
  }

  /** What went wrong stays until it is read. */
  #leave({ id, problem, action }: Notice): void {
    if (problem === null) this.#leaving.set(id, setTimeout(() => this.dismiss(id), action ? WITH_ACTION : GOOD_NEWS));
  }
}
