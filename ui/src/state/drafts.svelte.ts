/** Edits not applied yet, in memory alone: they outlast a look elsewhere and a renewed session, and go with the last session of their account. */
import type { Draft } from "./edit";

export class Drafts {
  #kept = $state.raw(new Map<string, Draft[]>());

  #key = (account: string, person: string) => `${account}\n${person}`;

  of = (account: string, person: string): Draft[] | null => this.#kept.get(this.#key(account, person)) ?? null;
  /** How many people of the account have an edit under way. */
  count = (account: string): number => [...this.#kept.keys()].filter((key) => key.startsWith(`${account}\n`)).length;

  keep(account: string, person: string, draft: Draft[] | null): void {
    const next = new Map(this.#kept);
    if (draft === null) next.delete(this.#key(account, person));
    else next.set(this.#key(account, person), draft);
    this.#kept = next;
  }

  forget(account: string | null = null): void {
    this.#kept = new Map([...this.#kept].filter(([key]) => account !== null && !key.startsWith(`${account}\n`)));
  }
}
