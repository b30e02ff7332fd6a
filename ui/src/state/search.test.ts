import { expect, test } from "vitest";
import { Best, letters, Narrowing } from "./search";

const texts = ["harbour freight\nacct-1", "harbour labs\nacct-2", "north works\nacct-3", "works harbour\nacct-31"].map((hay) => ({ hay }));
const plain = (query: string) => texts.filter((t) => query.toLowerCase().split(/\s+/).filter(Boolean).every((w) => t.hay.includes(w)));

test("narrowing finds what a plain look finds, whichever way letters come and go", () => {
  const search = new Narrowing(texts);
  for (const typed of ["h", "ha", "har", "harb", "har", "harl", "har", "harbour ", "harbour w", "harbour", "", " w", "w", "works n", "acct-3", "acct-31", "acct-3", "zzz", "HARB", "x"]) {
    expect(search.of(typed), typed).toEqual(plain(typed));
  }
});

test("an answer to the same letters is the same list, so that nothing is drawn anew", () => {
  const search = new Narrowing(texts);
  const first = search.of("har");
  search.of("harb");
  expect(search.of("har")).toBe(first);
});

test("the best are kept in order, ties by what they are", () => {
  const best = new Best<string>(3, (a, b) => (a < b ? -1 : 1));
  for (const [one, score] of [["d", 1], ["b", 2], ["c", 2], ["a", 1], ["e", 3], ["f", 0]] as const) best.offer(one, score);
  expect(best.found.map((f) => f.one)).toEqual(["e", "b", "c"]);
});

test("letters that are missing rule a text out, and only those", () => {
  expect(letters("works") & letters("wrks")).toBe(letters("wrks"));
  expect(letters("labs") & letters("wrks")).not.toBe(letters("wrks"));
  expect(letters("łąka 7")).toBe(letters("ka"));
});
