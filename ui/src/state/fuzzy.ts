/** How well a text answers a query typed in haste, and at which letters. Words first, letters in order otherwise. */
export interface Fit {
  score: number;
  /** Places of the letters that answered, ascending. */
  at: number[];
}

const isStart = (text: string, at: number) => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "");

/** None where the query is not in the text, not even as letters in order. `query` is lower case and trimmed. */
export function fit(text: string, query: string): Fit | null {
  if (query === "") return { score: 0, at: [] };
  const lower = text.toLowerCase();
  return byWords(lower, query) ?? byLetters(lower, query);
}

function byWords(lower: string, query: string): Fit | null {
  let score = 1_000 - Math.min(lower.length, 200);
  const at = new Set<number>();
  for (const word of query.split(/\s+/)) {
    const found = best(lower, word);
    if (found < 0) return null;
    score += isStart(lower, found) ? 200 : 0;
    score += found === 0 ? 200 : 0;
    for (let i = 0; i < word.length; i += 1) at.add(found + i);
  }
  return { score, at: [...at].sort((a, b) => a - b) };
}

/** Where the word stands: at the start of a word rather than inside of one. */
function best(lower: string, word: string): number {
  const first = lower.indexOf(word);
  for (let at = first; at >= 0; at = lower.indexOf(word, at + 1)) if (isStart(lower, at)) return at;
  return first;
}

function byLetters(lower: string, query: string): Fit | null {
  const at: number[] = [];
  let score = 400 - Math.min(lower.length, 200);
  let next = 0;
  for (const letter of query) {
    if (letter === " ") continue;
    const found = lower.indexOf(letter, next);
    if (found < 0) return null;
    score += found === next && at.length > 0 ? 12 : isStart(lower, found) ? 16 : -Math.min(8, found - next);
    at.push(found);
    next = found + 1;
  }
  // Letters strewn over the whole text answer nothing.
  return score > 250 ? { score, at } : null;
}
