/** The English catalogue as no language at all: accents, brackets and two fifths more length. What stands outside of brackets is not from the catalogue. */
import type { Catalogue } from "./spoken.svelte";

const ACCENTS: Record<string, string> = { a: "à", b: "ƀ", c: "ç", d: "ð", e: "é", f: "ƒ", g: "ğ", h: "ĥ", i: "î", j: "ĵ", k: "ķ", l: "ļ", n: "ñ", o: "ö", p: "þ", r: "ŕ", s: "š", t: "ţ", u: "û", w: "ŵ", y: "ý", z: "ž", A: "Å", C: "Ç", E: "É", I: "Î", N: "Ñ", O: "Ö", S: "Š", T: "Ţ", U: "Û" };
const MORE = "ñéîţ öûŕ àçĥé ";
/** What has no words of its own, or is not said but used. */
const PLAIN = new Set(["said", "number", "count", "list"]);

function accented(text: string): string {
  if (text === "") return "";
  const longer = MORE.repeat(9).slice(0, Math.ceil(text.length * 0.4)).trim();
  return `⟦${text.replace(/[A-Za-z]/g, (letter) => ACCENTS[letter] ?? letter)} ${longer}⟧`;
}

function turned(word: unknown): unknown {
  if (typeof word === "string") return accented(word);
  if (typeof word === "function") return (...given: unknown[]) => turned((word as (...given: unknown[]) => unknown)(...given));
  // Pairs are a key to press and what it does.
  if (Array.isArray(word)) return word.map((one) => (Array.isArray(one) ? [one[0], turned(one[1])] : turned(one)));
  if (typeof word === "object" && word !== null) return Object.fromEntries(Object.entries(word).map(([name, one]) => [name, turned(one)]));
  return word;
}

export const pseudo = (catalogue: Catalogue): Catalogue => Object.fromEntries(Object.entries(catalogue).map(([name, word]) => [name, PLAIN.has(name) ? word : turned(word)])) as unknown as Catalogue;
