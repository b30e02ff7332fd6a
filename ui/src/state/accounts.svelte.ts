/** The accounts that have invited: kept by id, searched, filtered and sorted here. Up to 100,000 rows. */
import type { AccountRow, Accounts } from "../backend/bindings";
import { fit } from "./fuzzy";
import { DAY } from "../time";
import { owns } from "./paste";
import { Best, letters, Narrowing, wordsOf } from "./search";

export type Filter = "all" | "pinned" | "mine" | "read-only" | "read-write" | "ending";
export type Sort = "ending" | "name" | "newest";

const SOON = 7 * DAY;
const NEVER = Number.MAX_SAFE_INTEGER;

/** When the last invitation ends: what counts for "how long still". */
export function endOf(row: AccountRow): number {
  const ends = [row.support, row.success].filter((g) => g !== null).map((g) => g.until ?? NEVER);
  return Math.max(0, ...ends);
}

const newest = (row: AccountRow) => Math.max(row.support?.from ?? 0, row.success?.from ?? 0);
const label = (row: AccountRow) => row.name ?? row.id;

export interface Held {
  row: AccountRow;
  /** Where it stands in the list as it is sorted now. */
  place: number;
  hay: string;
  /** The name in lower case, and which letters it has. */
  name: string;
  letters: number;
  end: number;
  fresh: number;
}
function hold(row: AccountRow): Held {
  const name = label(row).toLowerCase();
  return { row, place: 0, hay: `${name}\n${row.id.toLowerCase()}`, name, letters: letters(name), end: endOf(row), fresh: newest(row) };
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const ORDERS: Record<Sort, (a: Held, b: Held) => number> = {
  name: (a, b) => byText(a.hay, b.hay),
  ending: (a, b) => a.end - b.end || byText(a.hay, b.hay),
  newest: (a, b) => b.fresh - a.fresh || byText(a.hay, b.hay),
};

interface Change {
  turn: number;
  upserts: AccountRow[];
  removed: string[];
}

/** An id typed in full, then the start of the name, then starts of words. `words`, and the same after a space. */
function rankOf(held: Held, query: string, words: string[], inner: string[]): number {
  if (held.row.id === query) return 8;
  let starts = 0;
  for (let i = 0; i < words.length; i += 1) if (held.hay.startsWith(words[i] ?? "") || held.hay.includes(inner[i] ?? "")) starts += 1;
  return (held.hay.startsWith(words[0] ?? "") ? 2 : 0) + starts / Math.max(1, words.length);
}

function passes(held: Held, filter: Filter, now: number, pinned: (id: string) => boolean): boolean {
  switch (filter) {
    case "all": return true;
    case "pinned": return pinned(held.row.id);
    case "mine": return held.row.mine;
    case "read-only": return held.row.may.read_only;
    case "read-write": return held.row.may.read_write;
    case "ending": return held.end - now < SOON;
  }
}

/** By halves: what is shown keeps the order of the whole. */
function placeIn(shown: readonly Held[], wanted: Held | undefined): number {
  let [low, high] = [0, shown.length - 1];
  while (wanted && low <= high) {
    const middle = (low + high) >> 1;
    const found = shown[middle];
    if (found === wanted) return middle;
    if ((found?.place ?? 0) < wanted.place) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export class AccountList {
  query = $state("");
  filter = $state<Filter>("all");
  sort = $state<Sort>("ending");
  selected = $state<string | null>(null);
  loaded = $state(false);
  /** Counts the times somebody was led to the chosen row from elsewhere. */
  shown = $state(0);
  #held = $state.raw(new Map<string, Held>());
  /** Answers that are waited for, and the changes heard meanwhile: the two come in any order. */
  #loading = 0;
  #heard: Change[] = [];
  /** Counts the times everything was forgotten: an answer from before is nobody's any more. */
  #era = 0;

  #ordered = $derived.by(() => {
    const ordered = [...this.#held.values()].sort(ORDERS[this.sort]);
    ordered.forEach((held, place) => (held.place = place));
    return ordered;
  });
  total = $derived(this.#held.size);

  constructor(readonly minute: () => number, readonly pinned: (id: string) => boolean = () => false) {}

  #passing = $derived.by(() => {
    const { filter } = this;
    const now = filter === "ending" ? this.minute() : 0;
    return new Narrowing(filter === "all" ? this.#ordered : this.#ordered.filter((h) => passes(h, filter, now, this.pinned)));
  });
  /** What is shown, in order. The same list for as long as the same is shown. */
  held = $derived(this.#passing.of(this.query));
  rows = $derived(this.held.map((h) => h.row));
  /** Where the chosen row is in what is shown; -1 where it is not. */
  at = $derived(this.selected === null ? -1 : placeIn(this.held, this.#held.get(this.selected)));
  #every = $derived(new Narrowing([...this.#held.values()]));

  current = $derived(this.selected === null ? null : (this.#held.get(this.selected)?.row ?? null));

  get(id: string): AccountRow | null {
    return this.#held.get(id)?.row ?? null;
  }

  /** Whoever goes to a search is about to type. */
  warm(): void {
    this.#passing.warm();
    this.#every.warm();
  }

  /** Leads to this row, whatever was searched for before. */
  show(id: string): void {
    this.showAll();
    this.selected = id;
    this.shown += 1;
  }

  /** The best answers to a query, best first. Words are looked for everywhere; letters in order only where words are few. */
  find(query: string, most: number): AccountRow[] {
    const words = wordsOf(query);
    const inner = words.map((word) => ` ${word}`);
    const best = new Best<Held>(most, (a, b) => byText(a.hay, b.hay));
    for (const held of this.#every.of(query)) best.offer(held, rankOf(held, query, words, inner));
    if (best.found.length === 0 && query.length > 1) {
      const wanted = letters(query);
      for (const held of this.#every.all) {
        const found = (held.letters & wanted) === wanted ? fit(held.name, query) : null;
        if (found) best.offer(held, found.score);
      }
    }
    return best.found.map((f) => f.one.row);
  }

  /** Accounts that are named like a mail domain. */
  ofDomain(domain: string, most: number): AccountRow[] {
    const out: AccountRow[] = [];
    for (const { row } of this.#held.values()) if (out.length < most && row.name !== null && owns(row.name, domain)) out.push(row);
    return out;
  }

  /** Asks for the whole list. What has changed since it was made goes on top of it. */
  async load(ask: () => Promise<Accounts>): Promise<void> {
    const era = this.#era;
    this.#loading += 1;
    try {
      const { turn, rows } = await ask();
      if (era !== this.#era) return;
      this.#held = new Map(rows.map((row) => [row.id, hold(row)]));
      for (const change of this.#heard) if (change.turn > turn) this.#apply(change);
      this.loaded = true;
    } finally {
      this.#loading -= 1;
      if (this.#loading === 0) this.#heard = [];
    }
  }

  change(change: Change): void {
    if (this.#loading > 0) this.#heard.push(change);
    this.#apply(change);
  }

  #apply({ upserts, removed }: Change): void {
    const next = new Map(this.#held);
    for (const row of upserts) next.set(row.id, hold(row));
    for (const id of removed) next.delete(id);
    this.#held = next;
  }

  forget(): void {
    this.#era += 1;
    this.#heard = [];
    this.#held = new Map();
    this.loaded = false;
    this.selected = null;
    this.query = "";
  }

  /** Moves the choice by `step` rows, to the first where there was none. Gives back where it is. */
  move(step: number): number {
    const { held, at } = this;
    const to = at < 0 ? 0 : Math.min(held.length - 1, Math.max(0, at + step));
    this.selected = held[to]?.row.id ?? null;
    return to;
  }

  showAll(): void {
    this.query = "";
    this.filter = "all";
  }
}
