/** What is released: small, ours alone, and without the fake backend. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const files = (root) => readdirSync(root, { recursive: true }).map((f) => join(root, f)).filter((f) => statSync(f).isFile());
const texts = (root) => files(root).filter((f) => /\.(js|css|html)$/.test(f)).map((f) => [f, readFileSync(f, "utf8")]);
const FAKE = ["Mara Novak", "switchOff", "mulberry", "Harbour Freight"];

test("the released page has nothing of the fake backend, and the fake build has", () => {
  for (const [file, text] of texts(folder("dist"))) for (const word of FAKE) assert.ok(!text.includes(word), `${file} holds "${word}"`);
  assert.ok(texts(folder("dist-fake")).some(([, text]) => text.includes("switchOff")), "the words searched for are still the fake's");
});

test("the released page has no inline style or script and loads nothing from elsewhere", () => {
  for (const [file, text] of texts(folder("dist"))) {
    if (file.endsWith(".html")) assert.doesNotMatch(text, /<style|style=|<script(?![^>]*\bsrc=)|\son\w+=/, file);
    const far = [...text.matchAll(/(?:src|href|url\()=?["'(]?(https?:\/\/[^"')\s]+)/g)].map((m) => m[1]);
    assert.deepEqual(far, [], file);
  }
});

test("no component has a style attribute", () => {
  for (const file of files(folder("src")).filter((f) => f.endsWith(".svelte"))) {
    assert.doesNotMatch(readFileSync(file, "utf8"), /\sstyle="/, file);
  }
});

test("the page is small: its script, with two languages in it, under 420 kB", () => {
  const script = files(folder("dist")).filter((f) => f.endsWith(".js")).reduce((sum, f) => sum + statSync(f).size, 0);
  assert.ok(script < 420_000, `${script} bytes`);
});
