/** The main job by keyboard alone, what the clock does, what is left after an end, and a long list. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openHouse } from "./house.mjs";
import { firstPerson, name, readOnly, readWrite, review } from "./screens.mjs";

let house;
before(async () => { house = await openHouse(); });
after(() => house.close());

const on = (what, query, walk) => test(what, async () => {
  const page = await house.page(query);
  try {
    await walk(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.close();
  }
});
/** Tabs until `test` holds of the focused element; everything stopped at must show its focus. */
async function tabTo(page, text) {
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const node = document.activeElement;
      const look = getComputedStyle(node);
      const box = node.closest(".search, .mode");
      const ring = [look, getComputedStyle(node, "::after"), ...(box ? [getComputedStyle(box)] : [])].some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
      return { text: (node.getAttribute("aria-label") ?? node.textContent ?? "").trim(), tag: node.tagName, ring };
    });
    if (at.tag !== "BODY" && at.tag !== "DIALOG") assert.ok(at.ring, `focus shows on ${at.tag} “${at.text}”`);
    if (at.text === text) return;
  }
  assert.fail(`Tab never reached “${text}”`);
}
const listbox = (page) => page.getByRole("listbox", { name: "Accounts that" });

on("sign in, find, open, change and end: by keyboard alone", "start=signed-out", async (page) => {
  await page.getByLabel("Handle").waitFor();
  await page.keyboard.press("Enter");
  await page.getByLabel("PIN").waitFor();
  await page.keyboard.type("1234\n");
  await listbox(page).waitFor();
  const account = await page.evaluate(() => window.fake.account("rw"));
  await page.keyboard.press("/");
  await page.keyboard.type(account);
  await page.locator(`#account-${account}[aria-selected=true]`).waitFor();
  await tabTo(page, "Open read-write");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("Correcting a plan, as agreed");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByLabel("PIN").waitFor();
  await page.keyboard.type("1234\n");
  await page.getByRole("table", { name: "People found" }).waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
  await tabTo(page, "karin.kowalski0@example.com");
  await page.keyboard.press("Enter");
  await page.getByRole("table", { name: "Attributes" }).waitFor();
  await tabTo(page, "Edit attributes");
  await page.keyboard.press("Enter");
  await page.getByLabel("city", { exact: true }).waitFor();
  await page.getByLabel("city", { exact: true }).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Tartu\n");
  await page.getByRole("dialog").getByText("Tartu").waitFor();
  await tabTo(page, "Apply change");
  await page.keyboard.press("Enter");
  await page.getByRole("cell", { name: "Tartu" }).waitFor();
  await tabTo(page, "End session");
  await page.keyboard.press("Enter");
  await page.getByText("You ended the session").waitFor();
  await page.keyboard.press("Enter");
  await listbox(page).waitFor();
});

on("j, k, End and Enter walk the list; the chosen row is always there for assistive technology", "", async (page) => {
  await listbox(page).waitFor();
  const chosen = () => listbox(page).evaluate((list) => document.getElementById(list.getAttribute("aria-activedescendant"))?.getAttribute("aria-posinset"));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await chosen(), "3");
  await page.keyboard.press("k");
  assert.equal(await chosen(), "2");
  await page.keyboard.press("End");
  assert.equal(await chosen(), "2000");
  await listbox(page).evaluate((list) => list.scrollTo(0, 0));
  assert.equal(await chosen(), "2000");
});

on("a wrong PIN says how many tries are left; cancelling leads back", "start=signed-out", async (page) => {
  await name(page, "Continue with key").click();
  await page.getByLabel("PIN").fill("0000");
  await page.keyboard.press("Enter");
  await page.getByText("7 tries left").waitFor();
  assert.equal(await page.getByLabel("PIN").inputValue(), "");
  await name(page, "Cancel").click();
  await page.getByLabel("Handle").waitFor();
});

on("support must name the ticket", "as=support", async (page) => {
  const id = await page.evaluate(() => window.fake.account("ticket"));
  await page.getByRole("searchbox").fill(id);
  await page.locator(`#account-${id}`).click();
  assert.equal(await name(page, "Open read-write").count(), 0);
  await page.getByText("Support Team Access is read-only").waitFor();
  await name(page, "Open read-only").click();
  await page.getByLabel("Reason").fill("A question about imports");
  await page.getByRole("dialog").getByRole("button", { name: "Open read-only" }).click();
  assert.equal(await page.getByLabel("Support ticket").getAttribute("aria-invalid"), "true");
  await page.getByLabel("Support ticket").fill("T-1");
  await page.getByRole("dialog").getByRole("button", { name: "Open read-only" }).click();
  await page.getByRole("timer").waitFor();
});

on("a write in a read-only session is refused in plain words and changes nothing", "", async (page) => {
  await readOnly(page);
  await review(page);
  await name(page, "Apply change").click();
  await page.getByText("This session is read-only, so nothing was changed.").waitFor();
  await name(page, "Back to editing").click();
  await name(page, "Cancel").click();
  assert.equal(await page.getByRole("cell", { name: "enterprise" }).count(), 0);
});

on("switched off by the customer: the view is gone within a moment, with all it held", "", async (page) => {
  const id = await readOnly(page);
  await firstPerson(page);
  await page.evaluate((account) => window.fake.switchOff(account), id);
  await page.getByText("The customer switched access off").waitFor();
  const left = await page.content();
  assert.doesNotMatch(left, /karin\.kowalski|@example\.com/);
  assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }).includes("example.com")), false);
});

on("offline: as of when, nothing opens, and the time left still runs right", "", async (page) => {
  const id = await page.evaluate(() => window.fake.account("rw"));
  await page.getByRole("searchbox").fill(id);
  await name(page, "Open read-only").waitFor();
  await page.evaluate(() => window.fake.connection("offline"));
  await page.getByText(/As of 14:0\d, 24 Nov/).waitFor();
  for (const mode of ["Open read-only", "Open read-write"]) assert.equal(await name(page, mode).isDisabled(), true);
  await page.evaluate(() => window.fake.advance(2 * 3_600_000 + 60_000));
  await page.getByText(/\(2 h ago\) · offline/).waitFor();
});

on("the laptop's clock changes nothing", "", async (page) => {
  await readOnly(page);
  await page.clock.setFixedTime(new Date("2031-01-01T00:00:00Z"));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.match(await page.getByRole("timer").innerText(), /^(59:5\d|1:00:00)$/);
});

on("the time left is silent but for its marks, and read-write tints the frame", "", async (page) => {
  await readWrite(page);
  const timer = page.getByRole("timer");
  assert.equal(await timer.getAttribute("aria-live"), "off");
  assert.equal(await page.locator(".frame.writes").count(), 1);
  await page.evaluate(() => window.fake.advance(10.5 * 60_000));
  await page.getByText("The session ends in 5 min.").waitFor({ state: "attached" });
  await page.evaluate(() => window.fake.advance(5 * 60_000));
  await page.getByText("The session’s time is up").waitFor();
});

on("revoking one's own key names what ends, wants its name typed, and signs out", "", async (page) => {
  await readOnly(page);
  await page.keyboard.press("Escape");
  await name(page, "Staff keys").click();
  await name(page, "Revoke Blue key on my ring").click();
  await page.getByText("1 open session").waitFor();
  const go = name(page, "Revoke key");
  assert.equal(await go.isDisabled(), true);
  await page.getByLabel("Type Blue key on my ring to confirm").fill("Blue key on my ring");
  await go.click();
  await page.getByText("Your key was revoked").waitFor();
  await page.getByLabel("Handle").waitFor();
});

on("100,000 accounts: searched at once, scrolled without a blank row, few nodes", "accounts=100000", async (page) => {
  await listbox(page).waitFor();
  const seen = await listbox(page).evaluate(async (list) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const out = { blank: 0, nodes: 0, slow: 0 };
    for (let i = 0; i < 120; i += 1) {
      const began = performance.now();
      list.scrollTop = i % 10 === 9 ? Math.floor((list.scrollHeight * i) / 120) : list.scrollTop + 240;
      await frame();
      await frame();
      const box = list.getBoundingClientRect();
      // Not by elementFromPoint: while a list scrolls, its rows take no pointer.
      const rows = [...list.querySelectorAll("[role=option]")].map((row) => row.getBoundingClientRect());
      const filled = (y) => rows.some((row) => row.top <= box.y + y && box.y + y <= row.bottom);
      if (![20, box.height / 2, box.height - 20].every(filled)) out.blank += 1;
      out.nodes = Math.max(out.nodes, list.querySelectorAll("[role=option]").length);
      out.slow = Math.max(out.slow, performance.now() - began);
    }
    return out;
  });
  assert.equal(seen.blank, 0);
  assert.ok(seen.nodes < 80, `${seen.nodes} rows in the document`);
  const began = Date.now();
  await page.getByRole("searchbox").fill("zephyr works");
  await page.locator("mark").first().waitFor();
  assert.ok(Date.now() - began < 2_000, `search took ${Date.now() - began} ms`);
  console.log(`# 100,000 rows: worst scroll step ${Math.round(seen.slow)} ms, ${seen.nodes} rows in the document, search ${Date.now() - began} ms`);
});
