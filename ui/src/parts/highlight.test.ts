import { expect, test } from "vitest";
import { pieces } from "./highlight";

const marked = (text: string, query: string) => pieces(text, query).map((p) => (p.hit ? `[${p.text}]` : p.text)).join("");

test("each word is marked wherever it occurs, case aside, and the text stays whole", () => {
  expect(marked("Harbour Labs Group", "lab HARB")).toBe("[Harb]our [Lab]s Group");
  expect(marked("aaa", "aa")).toBe("[aaa]");
  expect(marked("İzmir Foods", "foods")).toBe("İzmir Foods");
  expect(marked("x", "  ")).toBe("x");
});
