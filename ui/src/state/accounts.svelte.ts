/** The accounts that have invited: kept by id, searched, filtered and sorted here. Up to 100,000 rows. */
import type { AccountRow } from "../backend/bindings";
import { DAY } from "../time";

export type Filter = "all" | "mine" | "read-only" | "read-write" | "ending";
export type Sort = "ending" | "name" | "newest";
export const FILTERS: Filter[] = ["all", "mine", "read-only", "read-write", "ending"];
export const SORTS: Sort[] = ["ending", "name", "newest"];

const SOON = 7 * DAY;
const NEVER = Number.MAX_SAFE_INTEGER;

/** When the last invitation ends: what counts for "how long still". */
export function endOf(row: AccountRow): number {
  const ends = [row.support, row.success].filter((g) => g !== null).map((g) => g.until ?? NEVER);
  return Math.max(0, ...ends);
}

const newest = (row: AccountRow) => Math.max(row.support?.from ?? 0, row.success?.from ?? 0);
const label = (row: AccountRow) => row.name ?? row.id;

interface Held {
  row: AccountRow;
  hay: string;
  end: number;
  fresh: number;
}
const hold = (row: AccountRow): Held => ({ row, hay: `${label(row)}\n${row.id}`.toLowerCase(), end: endOf(row), fresh: newest(row) });

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const ORDERS: Record<Sort, (a: Held, b: Held) => number> = {
  name: (a, b) => byText(a.hay, b.hay),
  ending: (a, b) => a.end - b.end || byText(a.hay, b.hay),
  newest: (a, b) => b.fresh - a.fresh || byText(a.hay, b.hay),
};

function passes(held: Held, filter: Filter, now: number): boolean {
  switch (filter) {
    case "all": return true;
    case "mine": return held.row.mine;
    case "read-only": return held.row.may.read_only;
    case "read-write": return held.row.may.read_write;
    case "ending": return held.end - now < SOON;
  }
}

export class AccountList {
  query = $state("");
  filter = $state<Filter>("all");
  sort = $state<Sort>("ending");
  selected = $state<string | null>(null);
  loaded = $state(false);
  #held = $state.raw(new Map<string, Held>());

  #ordered = $derived([...this.#held.values()].sort(ORDERS[this.sort]));
  total = $derived(this.#held.size);

  constructor(readonly minute: () => number) {}

  rows = $derived.by(() => {
    const words = this.query.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const now = this.minute();
    const { filter } = this;
    if (words.length === 0 && filter === "all") return this.#ordered.map((h) => h.row);
    return this.#ordered.filter((h) => passes(h, filter, now) && words.every((w) => h.hay.includes(w))).map((h) => h.row);
  });

  current = $derived(this.selected === null ? null : (this.#held.get(this.selected)?.row ?? null));

  get(id: string): AccountRow | null {
    return this.#held.get(id)?.row ?? null;
  }

  replace(rows: AccountRow[]): void {
    this.#held = new Map(rows.map((row) => [row.id, hold(row)]));
    this.loaded = true;
  }

  change(upserts: AccountRow[], removed: string[]): void {
    const next = new Map(this.#held);
    for (const row of upserts) next.set(row.id, hold(row));
    for (const id of removed) next.delete(id);
    this.#held = next;
  }

  forget(): void {
    this.#held = new Map();
    this.loaded = false;
    this.selected = null;
    this.query = "";
  }

  /** Moves the choice by `step` rows, to the first where there was none. Gives back where it is. */
  move(step: number): number {
    const rows = this.rows;
    const at = rows.findIndex((row) => row.id === this.selected);
    const to = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
    this.selected = rows[to]?.id ?? null;
    return to;
  }

  showAll(): void {
    this.query = "";
    this.filter = "all";
  }
}
