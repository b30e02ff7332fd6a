/** For tests of the page's words: no language, and which words were data. NO SECURITY. */
import type { Commands } from "..";
import { catalogues, speak } from "../../words";
import { pseudo } from "../../words/pseudo";

const told: unknown[] = [];

/** Remembers what the page was told, so that a test can tell data from words. */
export const remember = <T>(value: T): T => (told.push(value), value);

export function remembered(commands: Commands): Commands {
  const entries = Object.entries(commands).map(([name, ask]) => [name, async (...given: unknown[]) => remember(await (ask as (...given: unknown[]) => Promise<unknown>)(...given))]);
  return Object.fromEntries(entries) as Commands;
}

export const language = {
  pseudo: () => speak(pseudo(catalogues.en)),
  data: () => [...new Set(JSON.stringify(told).replace(/\\[a-z]/g, " ").toLowerCase().match(/\p{L}{2,}/gu) ?? [])],
};
