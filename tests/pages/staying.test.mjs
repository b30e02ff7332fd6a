/** The question before the end: asked in time whatever the machine's clock does, answered in place, heeded by each tab. */
import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, PASSWORD, stands } from "./stand.mjs";

const flow = stands();
const SCRIPT = { scripts: [true] };
const question = (page) => page.getByRole("alertdialog");

/** Somebody who signed in, on a machine whose clock is in the test's hands. Time passes for it and for the server alike. */
async function signedIn(crowd) {
  const page = await crowd.signedIn("ada");
  await page.context().clock.install();
  await page.reload();
  const passes = async (ms) => {
    await crowd.stand.advance(ms);
    await page.context().clock.runFor(ms);
  };
  /** The lid is shut: nothing runs, and time passes all the same. */
  const sleeps = async (ms) => {
    await crowd.stand.advance(ms);
    await page.context().clock.fastForward(ms);
  };
  return { page, passes, sleeps };
}

async function answered(crowd, page) {
  await question(page).getByLabel("Password").fill(PASSWORD);
  await question(page).getByRole("button", { name: "Go on" }).click();
  await question(page).getByLabel("Code from the mail").waitFor();
  const [code] = (await crowd.letter("ada")).text.match(/\b\d{6}\b/);
  await question(page).getByLabel("Code from the mail").fill(code);
  await question(page).getByRole("button", { name: "Stay signed in" }).click();
  await question(page).waitFor({ state: "hidden" });
}

/** By its own word, as a page of the same browser hears it. */
const standing = (page) => page.evaluate(async () => (await fetch("/session")).json());

flow("it is asked two hours before the end, not earlier, and answered in place with a draft kept", async (crowd) => {
  await crowd.founded();
  const { page, passes, sleeps } = await signedIn(crowd);
  const before = await standing(page);
  await sleeps(14 * DAY - 2 * HOUR - 2 * MINUTE);
  await passes(MINUTE);
  assert.ok(!(await question(page).isVisible()));
  const draft = page.getByLabel("Last day").first();
  await draft.fill("2026-12-24");
  await page.evaluate(() => document.activeElement.blur());
  await passes(2 * MINUTE);
  await question(page).waitFor();
  assert.ok(await question(page).getByText("1 hour 59 min").isVisible());
  await question(page).getByLabel("Password").fill("not my password");
  await question(page).getByRole("button", { name: "Go on" }).click();
  await question(page).getByText("This is not your password.").waitFor();
  await answered(crowd, page);
  assert.equal(await draft.inputValue(), "2026-12-24");
  const after = await standing(page);
  assert.equal(after.session, before.session, "the same session, not a second one");
  assert.equal(after.ends - after.now, 14 * DAY);
  await passes(2 * MINUTE);
  assert.ok(!(await question(page).isVisible()));
  await page.goto("/settings/sessions");
  assert.equal(await page.getByRole("row").count(), 2, "a heading, and one browser");
}, SCRIPT);

flow("whoever types is not interrupted until they leave the field or rest for twenty seconds", async (crowd) => {
  await crowd.founded();
  const { page, passes, sleeps } = await signedIn(crowd);
  await sleeps(14 * DAY - 2 * HOUR - 5_000);
  const field = page.getByLabel("Last day").first();
  await field.focus();
  await page.keyboard.type("12");
  await passes(10_000);
  await page.keyboard.type("24");
  await passes(15_000);
  assert.ok(!(await question(page).isVisible()), "the last digit was fifteen seconds ago");
  assert.ok(await field.evaluate((it) => it === document.activeElement));
  assert.ok(await page.getByText("You are signed out in").isVisible(), "a note tells it meanwhile");
  await passes(10_000);
  await question(page).waitFor();
  await question(page).getByRole("button", { name: "Not now" }).click();
  await question(page).waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "Stay signed in" }).click();
  await question(page).waitFor();
  await page.keyboard.press("Escape");
  await question(page).waitFor({ state: "hidden" });
  await passes(HOUR + 51 * MINUTE);
  await question(page).waitFor();
}, SCRIPT);

flow("a sleep of thirteen days and twenty-three hours is noticed on waking", async (crowd) => {
  await crowd.founded();
  const { page, sleeps } = await signedIn(crowd);
  await sleeps(13 * DAY + 23 * HOUR);
  await question(page).waitFor();
  assert.ok(await question(page).getByText("1 hour", { exact: true }).isVisible());
}, SCRIPT);

flow("a clock that does not count sleep is put right by asking", async (crowd) => {
  await crowd.founded();
  const { page } = await signedIn(crowd);
  await crowd.stand.advance(14 * DAY - HOUR);
  // As after a sleep: the machine's clock has leapt, and what counts the time in between has not.
  await page.context().clock.setSystemTime(Date.now() + 14 * DAY - HOUR);
  await page.context().clock.runFor(21_000);
  await question(page).waitFor();
}, SCRIPT);

flow("the machine's clock set forward or back changes nothing", async (crowd) => {
  await crowd.founded();
  const { page, passes } = await signedIn(crowd);
  for (const leap of [20 * DAY, -20 * DAY, 14 * DAY - HOUR]) {
    await page.context().clock.setSystemTime(Date.now() + leap);
    await passes(MINUTE);
    await page.evaluate(() => fetch("/session"));
    assert.ok(!(await question(page).isVisible()));
    assert.match(page.url(), /\/settings\/privacy/);
  }
  await page.context().clock.setSystemTime(Date.now() - 30 * DAY);
  await crowd.stand.advance(14 * DAY - HOUR);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await question(page).waitFor();
}, SCRIPT);

flow("the other tabs follow: renewed in one, the others ask no more; signed out in one, all leave", async (crowd) => {
  await crowd.founded();
  const { page, sleeps } = await signedIn(crowd);
  const other = await page.context().newPage();
  await other.goto("/settings/sessions");
  await sleeps(14 * DAY - HOUR);
  await question(page).waitFor();
  await question(other).waitFor();
  await answered(crowd, page);
  await question(other).waitFor({ state: "hidden" });
  assert.ok(!(await other.getByText("You are signed out in").isVisible()));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  await other.getByRole("heading", { name: "Sign in" }).waitFor();
}, SCRIPT);

flow("at the end one is signed out, and what was not saved is gone", async (crowd) => {
  await crowd.founded();
  const { page, passes, sleeps } = await signedIn(crowd);
  await page.getByLabel("Last day").first().fill("2026-12-24");
  await page.evaluate(() => document.activeElement.blur());
  await sleeps(14 * DAY - MINUTE);
  await question(page).waitFor();
  await passes(2 * MINUTE);
  await page.waitForURL("**/sign-in?said=ended");
  assert.ok(await page.getByText("What was not saved is gone.").isVisible());
  await page.goto("/settings/privacy");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}, SCRIPT);

flow("without a script a note leads to a page that asks the same", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  assert.ok(!(await page.getByText("You are signed out in").isVisible()));
  await crowd.stand.advance(14 * DAY - HOUR);
  await page.reload();
  await page.getByText("You are signed out in 1 hour.").waitFor();
  await page.getByRole("link", { name: "Stay signed in" }).click();
  await page.getByLabel("Password").fill("not my password");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("alert").getByText("This is not your password.").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Go on" }).click();
  const field = page.getByLabel("Code from the mail");
  await field.waitFor();
  const [code] = (await crowd.letter("ada")).text.match(/\b\d{6}\b/);
  await field.fill(code === "000000" ? "000001" : "000000");
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await page.getByRole("alert").getByText("This is not the code.").waitFor();
  await field.fill(code);
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await page.getByRole("status").getByText("You stay signed in for another 14 days.").waitFor();
  assert.ok(!(await page.getByText("You are signed out in").isVisible()));
}, { scripts: [false] });
