/** Each screen, light and dark: nothing breaks the policy, nothing throws, axe finds nothing. SHOTS=dir keeps pictures. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { axeFaults, openHouse } from "./house.mjs";
import { SCREENS } from "./screens.mjs";

const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
let house;
before(async () => { house = await openHouse(); });
after(() => house.close());

for (const theme of ["light", "dark"]) {
  for (const [screen, query, go] of SCREENS) {
    test(`${screen}, ${theme}`, async () => {
      const page = await house.page(query, theme);
      try {
        await go(page);
        const found = await axeFaults(page);
        if (shots) await page.screenshot({ path: `${shots}/${screen}-${theme}.png` });
        assert.deepEqual(found, [], "axe");
        assert.deepEqual(page.faults, []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "nothing sticks out sideways");
      } finally {
        await page.close();
      }
    });
  }
}
