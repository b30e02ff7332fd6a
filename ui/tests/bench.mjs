/** From a keystroke to the painted answer, over 100,000 accounts: `npm run bench`. Measures, and fails nothing. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openHouse } from "./house.mjs";

const ACCOUNTS = 100_000;
/** Typed letter by letter, and taken back letter by letter: found by words, by letters, by an id, and not at all. */
const TYPED = ["zephyr works", "harbour f", "acct-9", "e", "qx", "wrks"];

spawnSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--mode", "fake", "--logLevel", "warn"], { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit" });
const house = await openHouse();
const page = await house.page(`accounts=${ACCOUNTS}`);
await page.getByRole("listbox").getByRole("option").first().waitFor();

/** Every key from now on: when it was pressed, and when what it changed was on the screen. */
await page.evaluate(() => {
  window.took = [];
  addEventListener("keydown", (event) => {
    const began = event.timeStamp;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.took.push(performance.now() - began);
    // The frame's callbacks run before it is painted; a message sent by one is heard after.
    requestAnimationFrame(() => channel.port2.postMessage(null));
  }, true);
});

/** One key, and its painted answer: nobody types faster than that. */
async function press(key) {
  const before = await page.evaluate(() => window.took.length);
  await page.keyboard.press(key);
  await page.waitForFunction((n) => window.took.length > n, before);
}

const sorted = async () => (await page.evaluate(() => window.took)).sort((a, b) => a - b);
const at = (took, part) => took[Math.min(took.length - 1, Math.floor(took.length * part))];

async function measure(name, field) {
  await field.focus();
  await page.evaluate(() => (window.took = []));
  for (const text of TYPED) {
    for (const letter of text) await press(letter === " " ? "Space" : letter);
    for (let i = 0; i < text.length; i += 1) await press("Backspace");
  }
  const took = await sorted();
  for (const [part, word] of [[0.5, "median"], [0.95, "p95"], [1, "worst"]]) {
    const [ours, peer] = [at(took, part), at(floor, part)];
    console.log(`| a key to the painted ${name}, 100,000 accounts (${word}) | ${ours.toFixed(1)} ms | ${peer.toFixed(1)} ms | a key that changes nothing | ${(ours / peer).toFixed(2)} |`);
  }
}

/** What a key costs that finds nothing to do: the browser's own way from a key to a frame, on this machine at this moment. */
await page.evaluate(() => (window.took = []));
for (let i = 0; i < 60; i += 1) await press("Shift");
const floor = await sorted();
await measure("list", page.getByRole("searchbox"));
await page.keyboard.press("Escape");
await page.keyboard.press("Control+k");
await measure("palette", page.getByRole("combobox", { name: "Account, action" }));
await house.close();
