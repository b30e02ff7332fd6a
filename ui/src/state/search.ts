/** Looks words up in many short texts, fast enough for each key pressed: what was found for "har" is all that "harb" looks at. */

/** In lower case, without what only separates. */
export const wordsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean);

interface Step<T> {
  query: string;
  /** Places among all, ascending; none stands for every one. */
  at: number[] | null;
  found: readonly T[];
}

/** Below so many, looking at each is quicker than reading everything. */
const FEW = 2_000;

export class Narrowing<T extends { readonly hay: string }> {
  /** Each step begins with the one before it, so that taking letters back finds the answer still there. */
  #steps: Step<T>[] = [];
  /** All texts as one, a line break behind each, and where each begins: read front to back, it is in the processor's reach. */
  #text: string | null = null;
  #begins = new Uint32Array(0);

  constructor(readonly all: readonly T[]) {}

  /** Those that have every word of the query, in the order they were given in. */
  of(query: string): readonly T[] {
    const wanted = query.trimStart().toLowerCase();
    while (!wanted.startsWith(this.#steps.at(-1)?.query ?? "")) this.#steps.pop();
    const last = this.#steps.at(-1) ?? { query: "", at: null, found: this.all };
    if (last.query === wanted) return last.found;
    const before = wordsOf(last.query);
    let { at } = last;
    for (const word of wordsOf(wanted)) if (!before.includes(word)) at = this.#having(word, at);
    // Where the same answer, it is the same list: nothing is drawn anew.
    const same = at === null || at.length === last.found.length;
    this.#steps.push({ query: wanted, at: same ? last.at : at, found: same ? last.found : this.#those(at ?? []) });
    return this.#steps.at(-1)?.found ?? [];
  }

  #those(at: number[]): T[] {
    const out: T[] = [];
    for (const i of at) {
      const one = this.all[i];
      if (one) out.push(one);
    }
    return out;
  }

  #having(word: string, among: number[] | null): number[] {
    if (among && among.length < FEW) return among.filter((i) => this.all[i]?.hay.includes(word));
    const every = this.#scan(word);
    if (among === null) return every;
    let next = 0;
    return every.filter((i) => {
      while ((among[next] ?? i) < i) next += 1;
      return among[next] === i;
    });
  }

  /** Gets ready before the first letter comes. */
  warm(): string {
    return (this.#text ??= this.#join());
  }

  #scan(word: string): number[] {
    const text = this.warm();
    const begins = this.#begins;
    const out: number[] = [];
    let row = 0;
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, begins[row])) {
      while ((begins[row + 1] ?? at) <= at) row += 1;
      out.push(row);
      row += 1;
      if (row >= this.all.length) break;
    }
    return out;
  }

  #join(): string {
    this.#begins = new Uint32Array(this.all.length + 1);
    let at = 0;
    this.all.forEach((one, i) => {
      this.#begins[i] = at;
      at += one.hay.length + 1;
    });
    this.#begins[this.all.length] = at;
    return this.all.map((one) => `${one.hay}\n`).join("");
  }
}

const A = "a".charCodeAt(0);
/** Which letters a text in lower case has, a bit for each: most texts are ruled out by it without being read. */
export function letters(text: string): number {
  let mask = 0;
  for (let i = 0; i < text.length; i += 1) {
    const at = text.charCodeAt(i) - A;
    if (at >= 0 && at < 26) mask |= 1 << at;
  }
  return mask;
}

/** The `most` best, best first, without sorting the rest. */
export class Best<T> {
  readonly found: { one: T; score: number }[] = [];

  constructor(readonly most: number, readonly tie: (a: T, b: T) => number) {}

  offer(one: T, score: number): void {
    const { found } = this;
    const before = (at: number) => {
      const other = found[at];
      return other !== undefined && (score > other.score || (score === other.score && this.tie(one, other.one) < 0));
    };
    if (found.length >= this.most && !before(found.length - 1)) return;
    let at = found.length;
    while (at > 0 && before(at - 1)) at -= 1;
    found.splice(at, 0, { one, score });
    if (found.length > this.most) found.pop();
  }
}
