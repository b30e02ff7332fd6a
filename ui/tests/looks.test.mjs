/**
 * Each screen in light, dark and high contrast, at 100 and 200 %: nothing breaks the policy, nothing throws, axe finds
 * nothing, and it looks as its committed picture does. Then in German and in no language: nothing sticks out, is cut off
 * or lies on another, and every word is from the catalogue. DOORWARD_WRITE=1 writes the pictures anew; SHOTS=dir keeps
 * large ones to look at. Problems differ in their words alone, so one look stands for theirs.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axeFaults, inLanguage, openHouse, wear, WINDOW } from "./house.mjs";
import { layoutFaults, looseWords } from "./layout.mjs";
import { compared, thumbnail } from "./pictures.mjs";
import { SCREENS } from "./screens.mjs";

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
const ZOOMS = [1, 2];
/** Tables of many columns and the timeline: they need both dimensions, and scroll in a box of their own. */
const WIDE = /^(keys|sessions|timeline)/;
/** Two browsers, a screen in each: one draws while the other is looked at. Tabs of one window would share its size. */
const free = [];
const houses = [];
before(async () => {
  for (const _ of [1, 2]) houses.push(await openHouse());
  free.push(...houses);
});
after(() => Promise.all(houses.map((house) => house.close())));

/** The window at this zoom: a page that is drawn twice as large has half the room. */
async function zoom(page, by) {
  const width = Math.floor(WINDOW.width / by);
  await page.setViewportSize({ width, height: Math.floor(WINDOW.height / by) });
  // The rules for this width hold from the frame after it is known.
  await page.waitForFunction((wanted) => innerWidth === wanted, width);
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

/** A picture. Where the window just changed its size it may still show parts of the old one: then two in a row must be the same. */
async function picture(page, resized) {
  const until = Date.now() + 8_000;
  const take = () => page.screenshot({ animations: "disabled" });
  if (!resized) return take();
  for (let before = await take(); ; ) {
    const now = await take();
    if (now.equals(before)) return now;
    assert.ok(Date.now() < until, "the page never comes to rest");
    before = now;
  }
}

describe("each screen", { concurrency: 2 }, () => {
  for (const [screen, query, go] of SCREENS) {
    test(screen, async () => {
      const house = free.pop();
      const page = await house.page(query, { still: true });
      const faults = [];
      const note = (where, found) => faults.push(...found.map((fault) => `${where}: ${fault}`));
      try {
        await go(page);
        await page.mouse.move(0, 0);
        const views = [];
        const looks = screen.startsWith("problem-") ? ["light"] : ["light", "dark", "contrast"];
        for (const by of ZOOMS) {
          await zoom(page, by);
          for (const look of looks) {
            await wear(page, look);
            const png = await picture(page, look === "light");
            if (shots) writeFileSync(`${shots}/${screen}-${look}${by === 1 ? "" : "-200"}.png`, png);
            views.push({ name: `${look}-${by}00`, png, small: thumbnail(png, 4 / by) });
            if (by === 1) note(look, await axeFaults(page));
          }
          note(`${by}00 %`, await page.evaluate(layoutFaults));
        }
        // A page that is drawn three times as large has a third of the window, and nothing may need scrolling sideways.
        await zoom(page, 3);
        note("300 %", (await page.evaluate(layoutFaults)).filter((fault) => !WIDE.test(screen) || fault.startsWith("the page is")));
        if (shots) await page.screenshot({ animations: "disabled", path: `${shots}/${screen}-300.png` });
        await zoom(page, 1);
        await wear(page, "light");
        await picture(page, true);
        for (const [name, speak] of [["German", () => inLanguage(page, "de-DE")], ["no language", () => page.evaluate(() => window.fake.language.pseudo())]]) {
          await speak();
          note(name, await page.evaluate(layoutFaults));
          if (shots) await page.screenshot({ animations: "disabled", path: `${shots}/${screen}-${name === "German" ? "de" : "pseudo"}.png` });
        }
        await page.evaluate(() => (document.documentElement.dir = "rtl"));
        note("right to left", await page.evaluate(layoutFaults));
        if (shots) await page.screenshot({ animations: "disabled", path: `${shots}/${screen}-rtl.png` });
        note("not from the catalogue", await page.evaluate(looseWords, await page.evaluate(() => window.fake.language.data())));
        note("picture", compared(screen, views));
        assert.deepEqual([...faults, ...page.faults], []);
      } finally {
        await page.close();
        free.push(house);
      }
    });
  }
});
