/** The built page behind the console's strict policy, and a browser in front of it. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { preview } from "vite";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none"];
export const WINDOW = { width: 1180, height: 780 };

export async function openHouse() {
  const server = await preview({ mode: "fake", preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
  const profile = mkdtempSync(join(tmpdir(), "doorward-page-"));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}; set CHROMIUM`);
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: FLAGS, viewport: WINDOW, timezoneId: "Europe/Paris", locale: "en-GB" });
  const base = server.resolvedUrls.local[0];
  return {
    /** A fresh page. What breaks the policy, throws or logs an error ends up in `faults`. `still`: its clock stands until it is set on. */
    async page(query = "", { still = false } = {}) {
      const page = await context.newPage();
      // What stands still does not slide into another colour either.
      if (still) await page.emulateMedia({ reducedMotion: "reduce" });
      await wear(page, "light");
      const faults = [];
      page.on("pageerror", (error) => faults.push(`threw: ${error.message}`));
      page.on("console", (line) => line.type() === "error" && faults.push(`logged: ${line.text()}`));
      await page.exposeFunction("policyBroken", (what) => faults.push(`policy: ${what}`));
      await page.addInitScript((stand) => {
        localStorage.clear();
        if (stand) performance.now = () => 1_000;
        addEventListener("securitypolicyviolation", (e) => window.policyBroken(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
      }, still);
      page.setDefaultTimeout(8_000);
      await page.goto(`${base}?${query}&pace=40`);
      page.faults = faults;
      return page;
    },
    async close() {
      await context.close();
      await new Promise((done) => server.httpServer.close(done));
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A house for one file of tests, and how each of them is written: what it shows, the query of its page, the walk. */
export function walks({ clipboard = false } = {}) {
  let house;
  before(async () => { house = await openHouse(); });
  after(() => house.close());
  return (what, query, walk, options) => test(what, async () => {
    const page = await house.page(query, options);
    try {
      if (clipboard) await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await walk(page);
      assert.deepEqual(page.faults, []);
    } finally {
      await page.close();
    }
  });
}

/** As the system asks for it: "light", "dark" or "contrast". Back when the page has followed. */
export async function wear(page, look) {
  await page.emulateMedia({ colorScheme: look === "dark" ? "dark" : "light", contrast: look === "contrast" ? "more" : "no-preference" });
  if (page.url() === "about:blank") return;
  await page.waitForFunction((wanted) => {
    const { theme, contrast } = document.documentElement.dataset;
    return theme === (wanted === "dark" ? "dark" : "light") && contrast === (wanted === "contrast" ? "more" : "normal");
  }, look);
}

/** The system's language changes under the page. */
export const inLanguage = (page, tag) =>
  page.evaluate((wanted) => {
    Object.defineProperty(navigator, "languages", { configurable: true, get: () => [wanted] });
    dispatchEvent(new Event("languagechange"));
  }, tag);

/** What axe finds, a line each. It is run from outside the page's own policy. */
export async function axeFaults(page) {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getTiming().iterations === 1).map((a) => a.finished)));
  const client = await page.context().newCDPSession(page);
  if (!page.hasAxe) await client.send("Runtime.evaluate", { expression: AXE });
  page.hasAxe = true;
  const { result } = await client.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"] }).then(r => JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? v.help)))))`,
    awaitPromise: true, returnByValue: true,
  });
  await client.detach();
  return JSON.parse(result.value);
}
