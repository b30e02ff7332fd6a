/** Which accounts a person pinned and looked at last: ids alone, kept on this machine for each person by themselves. */
const MOST_RECENT = 6;
const MOST_PINS = 60;

interface Kept {
  pins: string[];
  recents: string[];
}

function read(name: string): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "{}") as Partial<Kept>;
    const texts = (list: unknown) => (Array.isArray(list) ? list.filter((id) => typeof id === "string") : []);
    return { pins: texts(kept.pins).slice(0, MOST_PINS), recents: texts(kept.recents).slice(0, MOST_RECENT) };
  } catch {
    return { pins: [], recents: [] };
  }
}

export class Marks {
  pins = $state.raw<string[]>([]);
  recents = $state.raw<string[]>([]);
  #name: string | null = null;

  /** The marks of this person. */
  of(staff: string): void {
    this.#name = `marks:${staff}`;
    ({ pins: this.pins, recents: this.recents } = read(this.#name));
  }

  forget(): void {
    this.#name = null;
    this.pins = [];
    this.recents = [];
  }

  isPinned = (id: string) => this.pins.includes(id);

  /** Pins, or unpins; whether it is pinned now. */
  pin(id: string): boolean {
    const pinned = !this.isPinned(id);
    this.pins = pinned ? [...this.pins, id].slice(-MOST_PINS) : this.pins.filter((other) => other !== id);
    this.#keep();
    return pinned;
  }

  visit(id: string): void {
    this.recents = [id, ...this.recents.filter((other) => other !== id)].slice(0, MOST_RECENT);
    this.#keep();
  }

  #keep(): void {
    if (this.#name !== null) localStorage.setItem(this.#name, JSON.stringify({ pins: this.pins, recents: this.recents }));
  }
}
