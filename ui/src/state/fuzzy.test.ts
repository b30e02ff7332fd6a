import { expect, test } from "vitest";
import { fit } from "./fuzzy";

const order = (query: string, ...texts: string[]) => texts.map((text) => ({ text, score: fit(text, query)?.score ?? -1 })).filter((f) => f.score >= 0).sort((a, b) => b.score - a.score).map((f) => f.text);

test("starts of words come before insides of words, and short before long", () => {
  expect(order("har", "Sahara Foods", "Harbour Labs", "North Harbour Labs")).toEqual(["Harbour Labs", "North Harbour Labs", "Sahara Foods"]);
  expect(order("lab har", "Harbour Labs", "Harbour Foods")).toEqual(["Harbour Labs"]);
});

test("letters in order are enough where no word answers, and the letters are told", () => {
  expect(fit("Harbour Freight", "hbfr")?.at).toEqual([0, 3, 8, 9]);
  expect(fit("Staff keys", "sk")?.at).toEqual([0, 6]);
  expect(fit("Harbour", "xyz")).toBeNull();
  expect(fit("anything at all", "")).toEqual({ score: 0, at: [] });
});
