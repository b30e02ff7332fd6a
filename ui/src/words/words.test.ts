import { expect, test } from "vitest";
import bindings from "../backend/bindings.ts?raw";
import type { ErrorCode, Why } from "../backend/bindings";
import { shown } from "../errors";
import { count, endings, whys } from ".";

const blank = { code: "internal" as ErrorCode, why: null, request: null, model: null, retry_after: null };

/** The codes of a closed set, as the console generates it. */
const codes = (type: string) => [...(new RegExp(`export type ${type} =([^;]*);`).exec(bindings)?.[1] ?? "").replace(/\/\*.*?\*\//gs, "").matchAll(/"([a-z-]+)"/g)].map((m) => m[1] as string);

test("every code that crosses the bridge has words of its own", () => {
  expect(codes("ErrorCode").length).toBeGreaterThan(20);
  const titles = codes("ErrorCode").map((code) => shown({ ...blank, code: code as ErrorCode }).title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(Object.keys(whys).sort()).toEqual(codes("Why").sort());
  expect(Object.keys(endings).sort()).toEqual(codes("EndedBy").sort());
});

test("every problem says what happened, what is still true and what to do, each in a sentence of its own", () => {
  for (const code of codes("ErrorCode")) {
    const { text, still, todo } = shown({ ...blank, code: code as ErrorCode });
    for (const part of [text, still, todo]) expect(part, code).toMatch(/^[A-Z].*\.$/);
    expect(new Set([text, still, todo]).size, code).toBe(3);
  }
});

test("a denial says why, and no words are ever a bare code", () => {
  expect(shown({ ...blank, code: "denied", why: "read-only-session" }).text).toBe(whys["read-only-session"]);
  for (const why of codes("Why")) expect(whys[why as Why]).toMatch(/^[A-Z].*\.$/);
});

test("plurals", () => {
  expect([count(0, "try", "tries"), count(1, "try", "tries"), count(1_204, "try", "tries")]).toEqual(["0 tries", "1 try", "1,204 tries"]);
});
