/** The page's house rules: which tier may import what, and that no word stands outside of the catalogue. Each says why, and each sees a planted offence. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "svelte/compiler";
import { GALLERY, PAGE, PICTURES, written } from "./gallery.mjs";
import { SCREENS } from "./screens.mjs";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(SRC, { recursive: true }).map((f) => join(SRC, f)).filter((f) => statSync(f).isFile() && /\.(svelte|ts)$/.test(f) && !f.endsWith(".test.ts")).map((f) => [relative(SRC, f), readFileSync(f, "utf8")]);

// ------------------------------------------------------------------ tiers

const BELOW = "it is below the tiers, and would turn the arrows round";
/** For a tier: what its files may not import, and why. `value`: types may be imported. */
const RULES = [
  { tier: /^parts\//, not: /^(screens\/|context|App)/, why: "a part is put into screens and knows none" },
  { tier: /^parts\//, not: /^(backend\/|#backend|@tauri-apps)/, value: true, why: "a part is given values; who asks the backend is a screen" },
  { tier: /^parts\//, not: /^state\/.*\.svelte$/, value: true, why: "a part is given values and callbacks; living state is handed in by a screen" },
  { tier: /^state\//, not: /\.svelte$|^(parts|screens)\//, why: "state is tried without a document, so it knows nothing that is drawn", but: /^state\/|^formats\.svelte$/ },
  { tier: /^state\//, not: /^(#backend|backend\/(tauri|fake))/, why: "state knows the contract and not who answers" },
  { tier: /^screens\//, not: /^(#backend|backend\/(tauri|fake)|@tauri-apps)/, why: "a screen knows the contract and not who answers" },
  { tier: /^(words\/|time|formats|errors)/, not: /^(parts|screens|state)\//, why: BELOW },
  { tier: /^backend\//, not: /^(parts|screens|state)\//, why: "the contract draws nothing and knows no screen" },
];

function imports(text) {
  return [...text.matchAll(/^\s*import\s+(type\s+)?([^"']*?)(?:\s+from\s+)?["']([^"']+)["']/gm)].map(([, type, names, from]) => ({ from, type: type !== undefined || (/\{/.test(names) && names.replace(/[{}]/g, "").split(",").filter((n) => n.trim()).every((n) => n.trim().startsWith("type "))) }));
}

function offences(path, text) {
  const out = [];
  for (const { from, type } of imports(text)) {
    const to = from.startsWith(".") ? posix.normalize(posix.join(posix.dirname(path), from)) : from;
    for (const rule of RULES) if (rule.tier.test(path) && rule.not.test(to) && !rule.but?.test(to) && !(rule.value && type)) out.push(`${path} imports ${to}: ${rule.why}`);
  }
  return out;
}

test("each tier imports what it may, and nothing that would turn the arrows round", () => {
  assert.deepEqual(files.flatMap(([path, text]) => offences(path, text)), []);
  assert.deepEqual(files.filter(([path, text]) => path.startsWith("parts/") && /\b(useConsole|getContext)\b/.test(text)).map(([path]) => `${path} asks for the console: a part is given what it shows`), []);
});

test("an import against the tiers is seen", () => {
  const seen = (path, text) => assert.equal(offences(path, text).length, 1, text);
  const fine = (path, text) => assert.deepEqual(offences(path, text), []);
  seen("parts/A.svelte", 'import { take } from "../backend";'.replace("../backend", "../backend/index"));
  seen("parts/A.svelte", 'import Keys from "../screens/Keys.svelte";');
  seen("parts/A.svelte", '  import { FILTERS, type AccountList } from "../state/accounts.svelte";');
  fine("parts/A.svelte", '  import { type AccountList } from "../state/accounts.svelte";');
  fine("parts/A.svelte", 'import type { AccountRow } from "../backend/bindings";\nimport { place } from "../state/timeline";');
  seen("state/a.ts", 'import Dialog from "../parts/Dialog.svelte";');
  seen("state/a.ts", 'import { fit } from "../parts/fuzzy";');
  fine("state/a.svelte.ts", 'import { Load } from "./load.svelte";\nimport { take } from "../backend";');
  seen("screens/A.svelte", 'import { backend } from "#backend";');
  seen("words/en.ts", 'import { Console } from "../state/console.svelte";');
});

// ------------------------------------------------------------------ words

/** Attributes that are read, by eye or by ear. */
const READ = new Set(["aria-label", "aria-roledescription", "title", "placeholder", "alt", "label", "text", "lead", "go", "closeLabel"]);
/** The product's name; what is printed on keys; a ticket as an example. */
const NAMES = /^(Doorward|\(?Ctrl .\)?|Esc|T-20417)$/;
const isWords = (text) => /\p{L}{2,}/u.test(text) && !NAMES.test(text.trim());

/** Text in a template that comes from no catalogue. */
function hardCoded(path, source) {
  const out = [];
  const say = (where, text) => out.push(`${path}: ${where} “${text.trim()}” is not from the catalogue`);
  function walk(node, inText) {
    if (Array.isArray(node)) return node.forEach((one) => walk(one, inText));
    if (typeof node !== "object" || node === null || typeof node.type !== "string") return;
    if (node.type === "Text") return inText && isWords(node.data) ? say("the text", node.data) : undefined;
    if (node.type === "Attribute") {
      const parts = Array.isArray(node.value) ? node.value : [node.value];
      for (const part of parts) {
        if (READ.has(node.name) && part.type === "Text" && isWords(part.data)) say(node.name, part.data);
        if (READ.has(node.name) && part.type === "ExpressionTag") literals(part.expression, (text) => say(node.name, text));
      }
      return;
    }
    if (node.type === "ExpressionTag") return literals(node.expression, (text) => say("the text", text));
    if (["Script", "StyleSheet", "Comment", "StyleDirective", "ClassDirective"].includes(node.type)) return;
    for (const [name, child] of Object.entries(node)) if (name !== "parent" && !["expression", "test", "key"].includes(name)) walk(child, true);
  }
  walk(parse(source, { modern: true }).fragment, true);
  return out;
}

/** Strings in an expression that read like words: two of them, or one with a capital. What is compared or looked up is none. */
function literals(node, say) {
  if (Array.isArray(node)) return node.forEach((one) => literals(one, say));
  if (typeof node !== "object" || node === null) return;
  if (node.type === "BinaryExpression") return;
  const text = node.type === "Literal" && typeof node.value === "string" ? node.value : node.type === "TemplateElement" ? node.value.cooked : null;
  if (text !== null && (/\p{L}+ \p{L}/u.test(text) || /^\p{Lu}\p{Ll}/u.test(text) || / \p{L}{2,}$/u.test(text)) && isWords(text)) say(text);
  for (const child of Object.values(node)) literals(child, say);
}

/** Something said to a person from code, as a bare string. */
const bare = (path, text) => [...text.matchAll(/\.say\(\s*(["'`])([^"'`]*)/g)].filter((m) => isWords(m[2].replace(/\$\{[^}]*\}/g, ""))).map((m) => `${path}: ${m[0]}… is not from the catalogue`);

test("every word that a person reads is in the catalogue", () => {
  const found = files.filter(([path]) => !path.startsWith("words/") && !path.startsWith("backend/")).flatMap(([path, text]) => [...(path.endsWith(".svelte") ? hardCoded(path, text) : []), ...bare(path, text)]);
  assert.deepEqual(found, []);
});

test("a word outside of the catalogue is seen", () => {
  for (const text of ["<p>Nothing here</p>", '<button aria-label="Close it"></button>', '<input placeholder="Search people" />', '{#if a}<b>{a ? "Not yet" : b}</b>{/if}', '<Empty title="No keys" />', "<p>{`${n} ago`}</p>", '{#each rows as r}<i title={r ? "Gone" : ""}>{r}</i>{/each}']) {
    assert.equal(hardCoded("a.svelte", text).length, 1, text);
  }
  for (const text of ["<p>{words.none} · {n}</p>", '<Dialog width="s" role="alertdialog" title={words.title} />', '<p class="quiet num">{a === "read-only" ? words.a : words.b}</p>', "<kbd>Esc</kbd>"]) assert.deepEqual(hardCoded("a.svelte", text), [], text);
  assert.equal(bare("a.ts", 'console.say("Copied")').length, 1);
  assert.equal(bare("a.ts", 'console.say("", problem)').length, 0);
  assert.equal(bare("a.ts", "console.say(`${title}. ${text}`)").length, 0);
});

// ------------------------------------------------------------------ docs/screens.md

test("every screen is in docs/screens.md once, with its picture, and no picture is left over", () => {
  const names = SCREENS.map(([name]) => name).sort();
  const shown = GALLERY.flatMap(([, screens]) => screens.map(([name]) => name)).sort();
  assert.deepEqual(shown, names, "tests/gallery.mjs shows what screens.mjs draws");
  assert.deepEqual(readdirSync(PICTURES).sort(), names.map((name) => `${name}.png`).sort(), "make screens");
  assert.equal(readFileSync(PAGE, "utf8"), written(), "node ui/tests/gallery.mjs");
});
