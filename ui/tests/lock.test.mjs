/** The lock: what the page still holds while it is locked, who opens it, and what was kept for whoever comes back. */
import assert from "node:assert/strict";
import { walks } from "./house.mjs";
import { edit, listed, name, readOnly, readWrite, touch } from "./screens.mjs";

const on = walks();
const unlock = async (page) => {
  await name(page, "Unlock with key").click();
  await touch(page);
  await name(page, "Unlock with key").waitFor({ state: "detached" });
};

on("locked by Ctrl L, nothing of an account is on the page, and the same place comes back", "", async (page) => {
  await readOnly(page);
  const account = await page.locator(".open.read-only .clip").textContent();
  await page.keyboard.press("Control+l");
  await name(page, "Unlock with key").waitFor();
  const shown = await page.content();
  assert.ok(!shown.includes(account) && !shown.includes("T-20417"), "no account, no ticket");
  assert.ok(await page.getByText("1 session goes on until").isVisible());
  assert.equal(await page.evaluate(() => document.activeElement?.textContent.trim()), "Unlock with key");
  await unlock(page);
  await page.getByRole("timer").waitFor();
  assert.equal(await page.locator(".open.read-only .clip").textContent(), account);
});

on("an edit under way waits behind the lock", "", async (page) => {
  await readWrite(page);
  await edit(page, "plan-zz9");
  await page.evaluate(() => window.fake.lock("screen-lock"));
  await page.getByText("The screen was locked.").waitFor();
  assert.ok(!(await page.content()).includes("plan-zz9"));
  await unlock(page);
  await page.getByLabel("plan", { exact: true }).waitFor();
  assert.equal(await page.getByLabel("plan", { exact: true }).inputValue(), "plan-zz9");
});

on("what ended behind the lock is told when it opens", "", async (page) => {
  const account = await readOnly(page);
  await page.keyboard.press("Control+l");
  await name(page, "Unlock with key").waitFor();
  await page.evaluate((a) => window.fake.switchOff(a), account);
  await unlock(page);
  await page.getByText("while this console was locked").waitFor();
});

on("from behind the lock one ends everything, and signs out", "", async (page) => {
  await readOnly(page);
  await page.evaluate(() => window.fake.lock("idle"));
  await name(page, "End it").click();
  await name(page, "End it").waitFor({ state: "detached" });
  await name(page, "Sign out").click();
  await page.getByLabel("Handle").waitFor();
});

on("a cancelled key leaves it locked, and says nothing bad", "", async (page) => {
  await listed(page);
  await name(page, "Lock now").click();
  await name(page, "Unlock with key").click();
  await page.getByLabel("PIN").waitFor();
  await name(page, "Cancel").click();
  await name(page, "Unlock with key").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});

on("with no server the copy opens by the key, and shows names", "start=locked-offline", async (page) => {
  await unlock(page);
  await page.locator(".stamp").waitFor();
  await listed(page);
});

on("minutes without anybody are chosen in Settings", "", async (page) => {
  await listed(page);
  await name(page, "Settings").click();
  await page.getByText("5 min", { exact: true }).click();
  await page.locator("label.on", { hasText: "5 min" }).first().waitFor();
  assert.ok(await page.getByText("Locked by your key").isVisible());
});
