/** For whoever has no mouse, does not see the page, or sees it otherwise: the main job by keyboard, names, sizes, focus, colours of the system. DOORWARD_WRITE=1 writes the trees anew. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { walks } from "./house.mjs";
import { firstPerson, listed, name, readOnly, readWrite, SCREENS, staff } from "./screens.mjs";

const on = walks();

/** What has the focus: its name, and whether it is seen to have it. */
const focused = (page) => page.evaluate(() => {
  const node = document.activeElement;
  const box = node.getBoundingClientRect();
  const at = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 12));
  const ring = [node, node.closest(".search, .mode, label")].filter(Boolean).flatMap((n) => [getComputedStyle(n), getComputedStyle(n, "::after")]).some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
  return { name: (node.getAttribute("aria-label") ?? node.textContent ?? "").trim(), tag: node.tagName, ring, covered: at !== null && at !== node && !node.contains(at) && !at.contains(node), outside: box.bottom < 1 || box.top > innerHeight - 1 };
});

async function tabTo(page, text) {
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (!["BODY", "DIALOG"].includes(at.tag)) assert.ok(at.ring && !at.covered && !at.outside, `focus shows and is not hidden: ${JSON.stringify(at)}`);
    if (at.name === text || (text instanceof RegExp && text.test(at.name))) return at;
  }
  return assert.fail(`Tab never reached ${text}`);
}

on("the main job without a mouse: sign in, find, read, a person, changes by a touch, change, end", "start=signed-out", async (page) => {
  await page.evaluate(() => addEventListener("pointerdown", () => { throw new Error("a pointer was used"); }, true));
  await page.getByLabel("Handle").waitFor();
  await page.keyboard.press("Enter");
  await page.getByLabel("PIN").waitFor();
  await page.keyboard.type("1234\n");
  await listed(page);
  const account = await page.evaluate(() => window.fake.account("rw"));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Account, action" }).waitFor();
  await page.keyboard.type(account);
  await page.getByRole("option", { name: account }).first().waitFor();
  await page.keyboard.press("Shift+Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("A question about the plan");
  await page.keyboard.press("Tab");
  await page.keyboard.type("T-20417\n");
  await page.getByRole("timer").waitFor();
  await page.getByRole("table", { name: "People found" }).waitFor();
  await tabTo(page, /^k•••@example\.com/);
  await page.keyboard.press("Enter");
  await page.getByRole("table", { name: "Attributes" }).waitFor();
  assert.equal((await focused(page)).name, "People", "the focus is where the way back is");
  await page.keyboard.press("Shift+Tab");
  await tabTo(page, "Edit attributes");
  await page.keyboard.press("Enter");
  for (let i = 0; i < 30 && (await page.evaluate(() => document.activeElement.id)) !== "value-4"; i += 1) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.querySelector(`label[for="${document.activeElement.id}"]`)?.textContent), "plan");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("enterprise");
  await tabTo(page, "Enable changes…");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo(page, "Touch key and open");
  await page.keyboard.press("Enter");
  await page.getByLabel("PIN").waitFor();
  await page.keyboard.type("1234\n");
  // The window says whose account it shows, and how.
  await page.waitForFunction(() => / · Read-write · Doorward$/.test(document.title));
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  await tabTo(page, "Review changes");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText("enterprise").waitFor();
  await tabTo(page, "Apply change");
  await page.keyboard.press("Enter");
  await page.getByRole("cell", { name: "enterprise" }).waitFor();
  // Read-write is ended, and the read-only session it began with after it.
  await tabTo(page, "End session");
  await page.keyboard.press("Enter");
  await page.getByText("Read-only session").first().waitFor();
  await tabTo(page, "End session");
  await page.keyboard.press("Enter");
  await page.getByText("You ended the session").waitFor();
  assert.equal(await page.title(), "Doorward");
  assert.equal((await focused(page)).name, "Back to accounts");
  await page.keyboard.press("Enter");
  await listed(page);
});

// ------------------------------------------------------------------ what is read out

const TREES = fileURLToPath(new URL("trees", import.meta.url));
const MAIN = ["sign-in", "sign-in-pin", "accounts", "open-read-write", "session-people", "session-person", "session-review", "ended", "keys-own", "staff", "sessions", "servers", "servers-admin", "servers-no-key", "servers-connect", "servers-command", "servers-ssh-key", "servers-end", "history-server", "timeline", "palette", "settings", "what-was-said"];

/** Controls without a name, and names that two controls of one list share. */
function nameFaults() {
  const faults = [];
  const named = (node) => (node.getAttribute("aria-label") ?? (node.labels?.length ? [...node.labels].map((l) => l.textContent).join(" ") : (document.getElementById(node.getAttribute("aria-labelledby"))?.textContent ?? (node.matches("input, select, textarea") ? node.placeholder : node.textContent)))).replace(/\s+/g, " ").trim();
  const root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const controls = [...root.querySelectorAll("button, input, select, textarea, [role=option], [role=button]")].filter((n) => n.checkVisibility());
  for (const node of controls) if (!named(node)) faults.push(`no name: ${node.outerHTML.slice(0, 120)}`);
  for (const list of root.querySelectorAll("table, ul, ol, [role=listbox], nav")) {
    const seen = new Map();
    for (const node of controls.filter((n) => n.closest("table, ul, ol, [role=listbox], nav") === list)) {
      const says = named(node);
      if (seen.has(says) && seen.get(says) !== node.name + node.type) faults.push(`two are called “${says}”`);
      else if (seen.has(says) && node.tagName === "BUTTON") faults.push(`two are called “${says}”`);
      seen.set(says, node.name + node.type);
    }
  }
  return [...new Set(faults)];
}

/** What is read out. Long lists: the first rows stand for all, since how many are there depends on the window. */
async function outline(page) {
  const whole = await page.locator("body").ariaSnapshot();
  let rows = 0;
  return whole.split("\n").filter((line) => !/^\s*- (option|row) /.test(line) || (rows += 1) <= 12).join("\n");
}

for (const screen of MAIN) {
  const [, query, go] = SCREENS.find(([called]) => called === screen);
  on(`${screen}: what is read out is as it was, and every control has a name of its own`, query, async (page) => {
    await go(page);
    assert.deepEqual(await page.evaluate(nameFaults), []);
    const file = `${TREES}/${screen}.yml`;
    const wanted = existsSync(file) ? readFileSync(file, "utf8") : null;
    // A first page is still being drawn for a moment: what counts is what it comes to.
    const until = Date.now() + 4_000;
    let tree = await outline(page);
    while (!process.env.DOORWARD_WRITE && `${tree}\n` !== wanted && Date.now() < until) tree = await outline(page);
    if (process.env.DOORWARD_WRITE) {
      mkdirSync(TREES, { recursive: true });
      writeFileSync(file, `${tree}\n`);
    }
    assert.ok(existsSync(file), `DOORWARD_WRITE=1 writes ${file}`);
    assert.equal(`${tree}\n`, process.env.DOORWARD_WRITE ? readFileSync(file, "utf8") : wanted, `DOORWARD_WRITE=1 writes ${file} anew`);
  }, { still: true });
}

// ------------------------------------------------------------------ sizes, focus, motion, colours

/** Controls that are smaller than a fingertip is exact. What lies in a row that is picked as a whole counts as the row. */
const small = () => [...document.querySelectorAll("button, select, input:not([type=radio]), textarea, [role=option]")].filter((node) => node.checkVisibility() && !node.closest(".whole")).map((node) => [node, (node.closest("label") ?? node).getBoundingClientRect()]).filter(([, box]) => box.width > 0 && (box.width < 23.5 || box.height < 23.5)).map(([node, box]) => `${Math.round(box.width)}×${Math.round(box.height)}: ${node.outerHTML.slice(0, 100)}`);

for (const screen of ["accounts", "session-person", "session-edit", "sessions", "staff", "keys", "servers", "servers-ssh-key", "history-server", "timeline", "timeline-table", "settings", "session-messages", "staff-duty"]) {
  const [, query, go] = SCREENS.find(([called]) => called === screen);
  on(`${screen}: everything to press is 24 px high and wide`, query, async (page) => {
    await go(page);
    assert.deepEqual(await page.evaluate(small), []);
  });
}

on("at 200 % the focus is never hidden under the banner, the stamp or a footer", "", async (page) => {
  await readWrite(page);
  await firstPerson(page);
  await name(page, "Edit attributes").click();
  await page.evaluate(() => window.fake.connection("reconnecting"));
  await page.locator(".stamp").waitFor();
  await page.setViewportSize({ width: 590, height: 390 });
  for (const key of [...Array(45).fill("Tab"), ...Array(45).fill("Shift+Tab")]) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (!["BODY", "HTML"].includes(at.tag)) assert.ok(at.ring && !at.covered && !at.outside, JSON.stringify(at));
  }
});

on("the time left is never read out by itself; ten, five and one minute are, once each", "", async (page) => {
  await readOnly(page);
  assert.deepEqual(await page.getByRole("timer").evaluateAll((all) => all.map((n) => n.getAttribute("aria-live"))), ["off"]);
  const said = page.locator(".banner [aria-live=polite]");
  const heard = [];
  for (const minutes of [40, 11, 9.5, 7, 4.5, 3, 0.9, 0.5]) {
    await page.evaluate((left) => { const now = window.left ?? 60; window.fake.advance((now - left) * 60_000); window.left = left; }, minutes);
    await page.waitForFunction((left) => { const [m, s] = document.querySelector("[role=timer]").textContent.split(":").map(Number); return m * 60 + s <= left * 60 + 1; }, minutes);
    heard.push(await said.textContent());
  }
  assert.deepEqual(heard.map((text) => /(\d+ min)/.exec(text)?.[1] ?? ""), ["", "", "10 min", "10 min", "5 min", "5 min", "1 min", "1 min"]);
}, { still: true });

on("what remains says its exact instant to a pointer and to the keyboard, and Escape puts that away", "", async (page) => {
  await readOnly(page);
  const bubble = page.getByRole("tooltip");
  const timer = page.getByRole("timer");
  await tabTo(page, /^left$/);
  assert.match(await bubble.innerText(), /^Ends 24 Nov 2026, 15:02 CET · 14:02 UTC$/);
  assert.equal(await timer.getAttribute("aria-describedby"), "tip");
  await page.keyboard.press("Escape");
  assert.equal(await bubble.isVisible(), false);
  await page.getByRole("navigation").getByRole("button", { name: "People" }).focus();
  await timer.hover();
  assert.match(await bubble.innerText(), /^Ends /);
  await page.mouse.move(2, 2);
  assert.equal(await bubble.isVisible(), false);
  await name(page, "End session").click();
  assert.equal((await page.content()).includes("Ends 24 Nov"), false, "the bubble keeps nothing");
}, { still: true });

on("less motion: nothing moves, whether the system or the person asks for it", "start=signed-out", async (page) => {
  const moving = () => page.evaluate(() => document.getAnimations().filter((a) => a.playState === "running" && a.effect.getTiming().duration > 1).length);
  await page.evaluate(() => window.fake.prompt({ step: "touch" }));
  await page.getByText("Touch your key").waitFor();
  assert.notEqual(await moving(), 0, "it moves otherwise, or this proves nothing");
  await page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await moving(), 0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await page.evaluate(() => (document.documentElement.dataset.motion = "less"));
  assert.equal(await moving(), 0);
});

on("in the system's own colours: what is chosen, pressed and here is told by a line", "", async (page) => {
  await listed(page);
  await page.emulateMedia({ forcedColors: "active" });
  const lined = (locator) => locator.evaluate((node) => { const look = getComputedStyle(node); return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2) || parseFloat(look.borderTopWidth) >= 1; });
  assert.ok(await lined(page.locator("[role=option][aria-selected=true]").first()), "the chosen row");
  assert.ok(await lined(page.getByRole("button", { name: "All", exact: true })), "the filter");
  assert.ok(await lined(page.locator("nav [aria-current=page]").first()), "the place");
  assert.ok(await lined(page.locator(".badge").first()), "a badge");
});

on("what was said stays while somebody is at it, leaves by itself afterwards, and can be read again", "as=admin", async (page) => {
  await page.clock.install();
  await staff(page, "Liam Byrne");
  await name(page, "Technical Support").click();
  await page.getByLabel("PIN").fill("1234");
  await page.keyboard.press("Enter");
  await page.clock.runFor(1_000);
  const notice = page.locator(".notice").getByText("Liam Byrne has the role Technical Support.");
  await notice.waitFor();
  await page.clock.runFor(4_000);
  await page.getByRole("button", { name: "Dismiss" }).focus();
  await page.clock.runFor(60_000);
  assert.equal(await notice.count(), 1, "held by the focus");
  await page.getByRole("searchbox").focus();
  await page.clock.runFor(5_500);
  assert.equal(await notice.count(), 1, "six seconds begin anew");
  await page.clock.runFor(1_000);
  assert.equal(await notice.count(), 0);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.getByRole("dialog", { name: "What was said" }).getByText("Liam Byrne has the role Technical Support.").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
});

on("whoever wants less motion gets none: a change of theme is there at once, on a long page too", "", async (page) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await listed(page);
  const moving = await page.evaluate(() => {
    getComputedStyle(document.body).color;
    document.documentElement.dataset.theme = "dark";
    return document.getAnimations().length;
  });
  assert.equal(moving, 0);
});
