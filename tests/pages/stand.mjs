/** The customers' pages as they are served, on a clock that stands still, and browsers in front of them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none"];
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const WINDOW = { width: 1180, height: 820 };
export const PASSWORD = "seven quiet herons 41";
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

function started(asked, env) {
  const program = join(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug/examples/customers");
  if (!existsSync(program)) throw new Error(`there is no ${program}: cargo build -p doorward-testkit --example customers`);
  return spawn(program, [JSON.stringify(asked)], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
}

/** A certificate for loopback, made in the folder: where it is, its key, and the CA. */
export async function certificate(folder) {
  const [line] = await once(createInterface({ input: started({ now: Date.now(), certificate: folder }).stdout }), "line");
  return JSON.parse(line);
}

/** The stand's program, and what it can be asked. */
export async function openStand(asked = {}, env = {}) {
  const child = started(asked, env);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the stand has ended");
    return JSON.parse(value);
  };
  const { url } = await next();
  let turn = Promise.resolve();
  const ask = (what) => {
    const answer = turn.then(async () => {
      child.stdin.write(`${JSON.stringify(what)}\n`);
      const { ok, fault } = await next();
      if (fault) throw new Error(`${what.do}: ${fault}`);
      return ok;
    });
    turn = answer.catch(() => {});
    return answer;
  };
  return {
    url,
    account: (account, plan = "premium", name = "Acme Trading") => ask({ do: "account", account, name, plan }),
    user: (account, user, name, membership) => ask({ do: "user", account, user, name, membership, email: mailOf(account, user) }),
    advance: (ms) => ask({ do: "advance", ms }),
    letters: () => ask({ do: "letters" }),
    enter: (account, role, text, ticket) => ask({ do: "enter", account, role, reason: { ticket, text } }),
    async close() {
      child.stdin.end();
      await new Promise((done) => (child.exitCode === null ? child.on("exit", done) : done()));
    },
  };
}

export const mailOf = (account, user) => `${user}@${account}.example`;

/** One stand and one browser for a file of tests. Each test gets accounts of its own: they are named after it. */
export function stands(open = openStand) {
  const shared = {};
  before(async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}; set CHROMIUM`);
    shared.stand = await open();
    shared.browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  });
  after(async () => {
    await shared.browser?.close();
    await shared.stand?.close();
  });
  let count = 0;
  return (what, walk, { scripts = [true, false] } = {}) => {
    for (const script of scripts) {
      test(`${what}, ${script ? "with" : "without"} JavaScript`, { timeout: 120_000 }, async () => {
        const crowd = new Crowd(shared, `acme-${++count}`, script);
        try {
          await walk(crowd);
          assert.deepEqual(crowd.faults, []);
        } finally {
          await crowd.leave();
        }
      });
    }
  };
}

/** The people of one test: an account, its users, and their browsers. */
class Crowd {
  faults = [];
  #contexts = [];
  #read = new Map();

  constructor({ stand, browser }, account, script) {
    Object.assign(this, { stand, browser, account, script });
  }

  /** A browser that has never been here. What breaks the policy, throws or logs an error ends up in `faults`. */
  async window(options = {}) {
    const context = await this.browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: this.script, viewport: WINDOW, timezoneId: "Europe/Paris", locale: "en-GB", baseURL: this.stand.url, ...options });
    context.setDefaultTimeout(8_000);
    context.runsScripts = this.script;
    this.#contexts.push(context);
    await context.exposeBinding("policyBroken", (_, what) => this.faults.push(`policy: ${what}`));
    await context.addInitScript(() => addEventListener("securitypolicyviolation", (e) => window.policyBroken(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`)));
    context.on("weberror", (fault) => this.faults.push(`threw: ${fault.error().message}`));
    context.on("console", (line) => {
      // A refusal that the page words is a line of its own; what else is red is a fault. Without scripts the policy's breaks are told here.
      if (line.type() === "error" && !/the server responded with a status of (401|403|410|422|429)/.test(line.text())) this.faults.push(`logged: ${line.text()}`);
    });
    return context;
  }

  async page(options) {
    return (await this.window(options)).newPage();
  }

  async leave() {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }

  /** The account, with a user for each of the memberships, who have their passwords. */
  async founded({ plan = "premium", ada = "account-admin", ...others } = {}) {
    await this.stand.account(this.account, plan);
    const names = { ada: "Ada Almeida", ben: "Ben Brandt", eve: "Eve Engel" };
    for (const [user, membership] of Object.entries({ ada, ...others })) await this.stand.user(this.account, this.id(user), names[user], membership);
  }

  id = (user) => `${user}-${this.account}`;
  mail = (user) => mailOf(this.account, this.id(user));

  /** The newest mail to the user that has not been read yet. */
  async letter(user) {
    for (const letter of await this.stand.letters()) this.#read.set(letter.to, letter);
    const found = this.#read.get(this.mail(user));
    assert.ok(found, `no mail to ${user}`);
    this.#read.delete(this.mail(user));
    return found;
  }

  async link(user) {
    const [link] = (await this.letter(user)).text.match(/https:\S+\?link=\S+/);
    return link;
  }

  /** The user takes up the invitation. */
  async invited(page, user, password = PASSWORD) {
    await page.goto(await this.link(user));
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Keep this password" }).click();
    await page.getByText("Your password is set.").waitFor();
  }

  /** E-mail address and password; the mail is on its way. */
  async begins(page, user, password = PASSWORD) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(this.mail(user));
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  }

  /** Signed in by the mailed link, in a page of a browser of their own. */
  async signedIn(user, options) {
    const page = await this.page(options);
    await this.invited(page, user);
    await this.enters(page, user);
    return page;
  }

  async enters(page, user, password = PASSWORD) {
    await this.begins(page, user, password);
    await page.goto(await this.link(user));
    await page.getByRole("button", { name: "Confirm sign-in" }).click();
    await page.getByRole("heading", { name: "Privacy & Data" }).waitFor();
  }
}

/** What axe finds in light and in dark, a line each. It is run from outside the page's own policy, and where scripts run at all. */
export async function axeFaults(page) {
  const found = [];
  if (!page.context().runsScripts) return found;
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    const client = await page.context().newCDPSession(page);
    await client.send("Runtime.evaluate", { expression: AXE });
    const { result, exceptionDetails } = await client.send("Runtime.evaluate", {
      expression: `axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"] }).then(r => JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? v.help)))))`,
      awaitPromise: true, returnByValue: true,
    });
    await client.detach();
    assert.ok(result.value, JSON.stringify(exceptionDetails));
    found.push(...JSON.parse(result.value).map((fault) => `${colorScheme}: ${fault}`));
  }
  return found;
}

/** Nothing is wider than the window, on a small phone and at twice the size. */
export async function noSidewaysScroll(page) {
  const before = page.viewportSize();
  for (const width of [320, 590]) {
    await page.setViewportSize({ width, height: 640 });
    const [wide, wideBy] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(wide <= wideBy, `${new URL(page.url()).pathname} is ${wide} wide in ${wideBy}`);
  }
  await page.setViewportSize(before);
}

/** Looks at the page as everybody would, under a name for its picture. */
export async function looked(page, name) {
  assert.deepEqual(await axeFaults(page), [], name);
  await noSidewaysScroll(page);
  const folder = process.env.SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  for (const [look, options, size] of [["light", { colorScheme: "light" }, WINDOW], ["dark", { colorScheme: "dark" }, WINDOW], ["small", { colorScheme: "light" }, { width: 320, height: 640 }], ["forced", { colorScheme: "light", forcedColors: "active" }, WINDOW]]) {
    await page.emulateMedia({ forcedColors: "none", ...options });
    await page.setViewportSize(size);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: (await page.getByRole("alertdialog").count()) === 0 });
  }
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await page.setViewportSize(WINDOW);
}
