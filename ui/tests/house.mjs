/** The built page behind the console's strict policy, and a browser in front of it. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { preview } from "vite";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export async function openHouse() {
  const server = await preview({ mode: "fake", preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
  const profile = mkdtempSync(join(tmpdir(), "doorward-page-"));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}; set CHROMIUM`);
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: FLAGS, viewport: { width: 1180, height: 780 }, timezoneId: "Europe/Paris", locale: "en-GB" });
  const base = server.resolvedUrls.local[0];
  return {
    /** A fresh page. What breaks the policy, throws or logs an error ends up in `faults`. */
    async page(query = "", theme = "light") {
      const page = await context.newPage();
      await page.emulateMedia({ colorScheme: theme });
      const faults = [];
      page.on("pageerror", (error) => faults.push(`threw: ${error.message}`));
      page.on("console", (line) => line.type() === "error" && faults.push(`logged: ${line.text()}`));
      await page.exposeFunction("policyBroken", (what) => faults.push(`policy: ${what}`));
      await page.addInitScript(() => {
        localStorage.removeItem("theme");
        addEventListener("securitypolicyviolation", (e) => window.policyBroken(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
      });
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

/** What axe finds, a line each. It is run from outside the page's own policy. */
export async function axeFaults(page) {
  await page.evaluate((animations) => Promise.allSettled(animations ? document.getAnimations().filter((a) => a.effect?.getTiming().iterations === 1).map((a) => a.finished) : []), true);
  const client = await page.context().newCDPSession(page);
  const { readFileSync } = await import("node:fs");
  await client.send("Runtime.evaluate", { expression: readFileSync(axe, "utf8") });
  const { result } = await client.send("Runtime.evaluate", {
    expression: `axe.run(document, { runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"] }).then(r => JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? v.help)))))`,
    awaitPromise: true, returnByValue: true,
  });
  await client.detach();
  return JSON.parse(result.value);
}
