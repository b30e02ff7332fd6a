/** A history, its proofs, a review, what is old, and a page that slept for fourteen days. */
import assert from "node:assert/strict";
import { walks } from "./house.mjs";
import { historyOf, listed, name, pick, readOnly, timeline } from "./screens.mjs";

const on = walks({ clipboard: true });
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

on("an account's history: by keyboard there and back, filtered, earlier pages, and each row's proof", "", async (page) => {
  const id = await pick(page, "rw");
  await page.keyboard.press("Escape");
  await page.keyboard.press("h");
  await page.getByText("each proven to be in the signed log").waitFor();
  assert.equal(await page.getByRole("listitem").count(), 11);
  await name(page, "Show earlier").click();
  await page.getByText("This is where it begins").waitFor();
  const all = await page.getByRole("listitem").count();
  assert.ok(all > 11, String(all));
  await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "Sessions" }).click();
  assert.ok((await page.getByRole("listitem").count()) < all);
  await page.getByRole("searchbox").fill("T-20417");
  assert.equal(await page.getByRole("listitem").count(), 1);
  await page.getByRole("button", { name: /^Copy the proof of entry/ }).click();
  await page.getByText(/The proof of entry .* is copied/).waitFor();
  assert.match(await copied(page), /^c2sp\.org\/tlog-proof@v1\n/);
  await name(page, "Back").click();
  await page.locator(`#account-${id}[aria-selected=true]`).waitFor();
});

on("a session that is opened is in the history, and still open", "", async (page) => {
  await readOnly(page);
  await name(page, "Accounts").click();
  await name(page, "History").click();
  await page.getByText("Still open, until").first().waitFor();
  assert.ok((await page.getByText("T-20417 · Imports stopped").count()) >= 1);
});

on("the log is verified step by step, and the whole proof copied", "", async (page) => {
  await historyOf(page);
  await name(page, "Verify log").click();
  const card = page.getByRole("status", { name: "What was checked" });
  await card.getByText("The log verifies").waitFor();
  assert.equal(await card.getByRole("listitem").count(), 5);
  await name(page, "Copy the proof").click();
  await page.getByText("The proof is copied").waitFor();
  assert.match(await copied(page), /^doorward-proof\/v1\n/);
});

on("a history that is not proven shows nothing of itself", "log=forged", async (page) => {
  await pick(page, "rw");
  await name(page, "History").click();
  await page.getByText("This is not proven").waitFor();
  assert.equal(await page.getByText("switched on").count(), 0);
});

on("a review is written without a server, and its path can be copied", "start=offline", async (page) => {
  await listed(page);
  await name(page, "Settings").click();
  await name(page, "Export grants").click();
  await name(page, "Copy the path: Spreadsheet").click();
  await page.getByText("The path is copied").waitFor();
  assert.match(await copied(page), /doorward-grants-.*\.csv$/);
});

on("what is older than twelve hours says so on every view, and nothing can be opened", "start=offline", async (page) => {
  await listed(page);
  assert.equal(await page.getByText("Older than 12 hours").count(), 0);
  await page.evaluate(() => window.fake.advance(10.1 * 3_600_000));
  for (const place of ["Accounts", "Timeline", "Sessions", "Staff keys", "Settings"]) {
    await name(page, place).click();
    await page.getByText("Older than 12 hours").waitFor();
    await page.locator(".stamp").getByText(/As of .* · offline/).waitFor();
  }
  await name(page, "Accounts").click();
  await pick(page, "rw");
  assert.ok(await name(page, "Open read-write").isDisabled());
});

on("a page that slept for fourteen days asks anew, and every remaining time is right to the minute", "", async (page) => {
  await listed(page);
  const { id } = await page.evaluate(() => window.fake.lasting());
  await page.getByRole("searchbox").fill(id);
  await page.locator(`#account-${id}`).click();
  const shown = () => page.getByRole("region", { name: "Choose an account" }).innerText();
  const words = (ms) => `${Math.floor(ms / 86_400_000)} day${Math.floor(ms / 86_400_000) === 1 ? "" : "s"}`;
  assert.ok((await shown()).includes(words((await page.evaluate(() => window.fake.lasting())).left)));
  // The page's own steady clock sleeps with the machine: it knows nothing of the time that went by.
  await page.evaluate(() => window.fake.sleep(14 * 86_400_000));
  const left = await page.evaluate((a) => window.fake.left(a), id);
  assert.ok(!(await shown()).includes(words(left)), "nothing has told the page yet");
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.getByRole("region", { name: "Choose an account" }).getByText(words(left)).first().waitFor();
});

on("the timeline has what was switched off before this console began to look", "", async (page) => {
  const id = await page.evaluate(() => window.fake.withdrew());
  await timeline(page);
  await name(page, "Accounts").click();
  await page.getByRole("searchbox").fill(id);
  await timeline(page);
  await page.locator(".bar.off").first().waitFor();
});
