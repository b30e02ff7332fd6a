/** The desktop around the page: what the tray and notifications are told, sizes, links, closing, and the log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { walks } from "./house.mjs";
import { command, edit, listed, name, readOnly, readWrite } from "./screens.mjs";

const on = walks();
const heard = (page) => page.evaluate(() => structuredClone(window.fake.desktop.heard));
const until = (page, what) => page.waitForFunction(what);
const settings = async (page) => { await listed(page); await name(page, "Settings").click(); await page.getByText("Show Doorward in the tray").waitFor(); };
const looksAway = (page) => page.evaluate(() => { document.hasFocus = () => false; });
const NAMES = /Harbour/;

on("the tray's words follow the state, the hours and the language, and name nobody", "", async (page) => {
  await listed(page);
  await until(page, () => window.fake.desktop.heard.tray?.line === "Signed in, no session open");
  const ends = Date.UTC(2026, 10, 24, 13, 10);
  await page.evaluate((at) => window.fake.desktop.tray({ mark: "read-only", sessions: 2, first_ends: at, lock: "open" }), ends);
  await until(page, () => window.fake.desktop.heard.tray?.line === "2 sessions open, first ends 14:10");
  await page.evaluate((at) => window.fake.desktop.tray({ mark: "offline", sessions: 1, first_ends: at, lock: "locked" }), ends);
  await until(page, () => window.fake.desktop.heard.tray?.line === "Locked · No server in reach · 1 session open, ends 14:10");
  assert.deepEqual((await heard(page)).tray.about, { mark: "offline", sessions: 1, first_ends: ends, lock: "locked" });
  await settings(page);
  await page.getByText("12 hours").click();
  await until(page, () => /02:10 pm/i.test(window.fake.desktop.heard.tray.line));
  await page.getByText("Deutsch").click();
  await until(page, () => window.fake.desktop.heard.tray.quit === "Doorward beenden");
});

on("a tray that is not wished for is put away, and one without a place says so", "", async (page) => {
  await settings(page);
  await page.getByText("It is shown.").waitFor();
  await page.evaluate(() => { window.fake.desktop.there.tray = "no-place"; });
  await page.getByText("no place for it now").waitFor();
  await page.getByRole("switch", { name: "Show Doorward in the tray" }).focus();
  await page.keyboard.press("Space");
  await until(page, () => window.fake.desktop.heard.tray === null);
});

on("a notification names nobody unless it may, and not at all what is not wished for", "", async (page) => {
  await listed(page);
  await looksAway(page);
  await page.evaluate(() => window.fake.desktop.notice({ kind: "invited" }));
  await page.evaluate(() => window.fake.desktop.notice({ kind: "session-over", by: "customer-switched-off" }));
  await page.evaluate(() => window.fake.desktop.notice({ kind: "ends-in-day", ends: Date.UTC(2026, 10, 25, 9, 0) }));
  const silent = (await heard(page)).notifications;
  assert.deepEqual(silent.map((n) => n.title), ["An account has invited you", "The customer switched access off", "An invitation ends within 24 hours"]);
  assert.equal(silent[0].account, "acct-17", "a click leads somewhere");
  assert.doesNotMatch(JSON.stringify(silent.map(({ title, body }) => title + body)), NAMES);
  await settings(page);
  await page.getByText("Name accounts in notifications").click();
  await page.getByText("A pinned or own account invites you").click();
  await page.evaluate(() => window.fake.desktop.notice({ kind: "invited" }));
  await page.evaluate(() => window.fake.desktop.notice({ kind: "session-soon", ends: Date.UTC(2026, 10, 24, 13, 10) }));
  const named = (await heard(page)).notifications.slice(3);
  assert.equal(named.length, 1);
  assert.match(named[0].body, /The session in Harbour Labs ends at 14:10/);
});

on("whoever looks is told on the page", "", async (page) => {
  await listed(page);
  await page.bringToFront();
  await page.evaluate(() => { document.hasFocus = () => true; window.fake.desktop.notice({ kind: "ends-in-hour", ends: Date.UTC(2026, 10, 24, 13, 30) }); });
  await page.getByText("An invitation ends within an hour. Harbour Labs lasts until 14:30, 24 Nov.").waitFor();
  assert.deepEqual((await heard(page)).notifications, []);
});

on("larger, smaller and as it was, by keys and by buttons, and remembered", "", async (page) => {
  await listed(page);
  for (const key of ["Control+=", "Control++"]) await page.keyboard.press(key);
  assert.equal((await heard(page)).zoom, 125);
  await page.keyboard.press("Control+-");
  assert.equal((await heard(page)).zoom, 110);
  await settings(page);
  await page.getByText("110 %", { exact: true }).waitFor();
  for (let n = 0; n < 20; n += 1) await page.keyboard.press("Control++");
  assert.equal((await heard(page)).zoom, 300);
  assert.equal(await name(page, "Larger").isDisabled(), true);
  await name(page, "Back to 100 %").click();
  assert.equal((await heard(page)).zoom, 100);
  await name(page, "Larger").click();
  assert.match(await page.evaluate(() => localStorage.getItem("desktop")), /"zoom":110/);
});

on("pins are told, so that they can be watched", "", async (page) => {
  await listed(page);
  await page.keyboard.press("p");
  await until(page, () => window.fake.desktop.heard.pins.length === 1);
});

on("a link leads to its account, and says so where it has not invited; one can be copied", "", async (page) => {
  await page.evaluate(() => window.fake.desktop.show(window.fake.account("rw")));
  const id = await page.evaluate(() => window.fake.account("rw"));
  await page.locator(`#account-${id}[aria-selected=true]`).waitFor();
  await page.evaluate(() => window.fake.desktop.show("no-such-account"));
  await page.getByText("The link leads to no-such-account, which has not invited you.").waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await command(page, "copy a link");
  await page.keyboard.press("Enter");
  await page.getByText("Copied.", { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `doorward://accounts/${id}`);
});

on("closing says what ends with it; Escape keeps it open", "", async (page) => {
  await readWrite(page);
  await edit(page);
  await page.evaluate(() => window.fake.desktop.closeAsked(1));
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("One session is open. It ends when Doorward closes.").waitFor();
  await dialog.getByText("Unsaved changes to 1 person are lost.").waitFor();
  await page.keyboard.press("Escape");
  await until(page, () => window.fake.desktop.heard.closed === false);
  assert.equal(await dialog.count(), 0);
  await page.evaluate(() => window.fake.desktop.closeAsked(1));
  await name(page, "End and close").click();
  await until(page, () => window.fake.desktop.heard.closed === true);
});

on("the log is saved, and its path shown to be copied", "", async (page) => {
  await settings(page);
  await name(page, "Save a log for support").click();
  await page.getByText("Saved: 214 lines, readable by you alone.").waitFor();
  await page.getByText("doorward-log-20261124-130200.txt").waitFor();
});

for (const [percent, width, height] of [[200, 590, 390], [300, 393, 260]]) {
  on(`at ${percent} % nothing sticks out sideways and the way out is in reach`, "", async (page) => {
    await page.setViewportSize({ width, height });
    const fits = async (where) => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, where);
    await listed(page);
    await fits("accounts");
    await settings(page);
    await fits("settings");
    const save = name(page, "Save a log for support");
    await save.scrollIntoViewIfNeeded();
    await save.click();
    await page.getByText("readable by you alone").waitFor();
    await fits("settings with a path");
    await page.evaluate(() => window.fake.desktop.closeAsked(1));
    await name(page, "Keep open").click();
    if (percent > 200) return;
    await name(page, "Accounts").click();
    await readOnly(page);
    await fits("a session");
    await name(page, "End session").click();
    await page.getByText("You ended the session").waitFor();
  });
}
