/** A text cut where the words of a query occur in it, case aside. */
export interface Piece {
  text: string;
  hit: boolean;
}

export function pieces(text: string, query: string): Piece[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const lower = text.toLowerCase();
  // A letter whose lower case is longer would shift every place after it.
  if (words.length === 0 || lower.length !== text.length) return [{ text, hit: false }];
  const hit = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) hit.fill(true, at, at + word.length);
  }
  const out: Piece[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const last = out.at(-1);
    if (last && last.hit === hit[i]) last.text += text[i];
    else out.push({ text: text[i] ?? "", hit: hit[i] ?? false });
  }
  return out;
}
