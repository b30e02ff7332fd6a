/** The customers' pages as they are served, on a clock that stands still, and browsers in front of them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
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

/** A program of this workspace, which the build before has made. */
export function program(name) {
  const path = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug", name);
  if (!existsSync(path)) throw new Error(`there is no ${path}: cargo build --workspace --all-targets --features danger-soft-key`);
  return path;
}

const started = (asked, env) => spawn(program("examples/customers"), [JSON.stringify(asked)], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });

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
  const { url, outside } = await next();
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
    outside,
    account: (account, plan = "premium", name = "Acme Trading") => ask({ do: "account", account, name, plan }),
    user: (account, user, name, membership, email = mailOf(account, user)) => ask({ do: "user", account, user, name, membership, email }),
    advance: (ms) => ask({ do: "advance", ms }),
    letters: () => ask({ do: "letters" }),
    /** The number of the session that was opened. */
    enter: async (account, role, text, ticket) => {
      const { opened, session } = await ask({ do: "enter", account, role, reason: { ticket, text } });
      return (opened ?? { session }).session.serial;
    },
    /** A gateway notes what was done in the session. */
    note: (session, what) => ask({ do: "note", session, what }),
    trust: () => ask({ do: "trust" }),
    stripeTells: (account, status) => ask({ do: "stripe-tells", account, status }),
    stripeIs: (up) => ask({ do: "stripe-is", up }),
    companyIs: (account, { up = true, forges = false } = {}) => ask({ do: "company-is", account, up, forges }),
    async close() {
      child.stdin.end();
      await new Promise((done) => (child.exitCode === null ? child.on("exit", done) : done()));
    },
  };
}

export const mailOf = (account, user) => `${user}@${account}.example`;

/** A stand and a browser for tests of this run, one after the other: its clock goes on for all of them. */
function opened(open) {
  const shared = { accounts: 0, companies: 0 };
  before(async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}; set CHROMIUM`);
    shared.stand = await open();
    // Stripe and the companies are where the stand has them, whatever a machine's own names are.
    const elsewhere = ["*.stripe.com", "*.example"].map((name) => `MAP ${name} 127.0.0.1:${shared.stand.outside}`);
    shared.browser = await chromium.launch({ executablePath, headless: true, args: [...FLAGS, `--host-resolver-rules=${elsewhere.join(",")}`] });
  });
  after(async () => {
    await shared.browser?.close();
    await shared.stand?.close();
  });
  return shared;
}

let common;

/** What tests are written with, on the stand that all share or on one that `open` makes. Each test gets an account of its own, named after it; `company` makes it one that signs its own people in. */
export function stands(open) {
  const shared = open ? opened(open) : (common ??= opened(openStand));
  return (what, walk, { scripts = [true, false], company = false } = {}) => {
    for (const script of scripts) {
      test(`${what}, ${script ? "with" : "without"} JavaScript`, { timeout: 120_000 }, async () => {
        const account = company ? `corp-${++shared.companies}` : `acme-${++shared.accounts}`;
        const crowd = new Crowd(shared, account, script);
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
  #worded = new Set([401, 403, 410, 422, 429]);

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
      const status = line.text().match(/the server responded with a status of (\d+)/)?.[1];
      if (line.type() === "error" && !this.#worded.has(Number(status))) this.faults.push(`logged: ${line.text()}`);
    });
    return context;
  }

  /** This too is answered with a page that words it. */
  expects(status) {
    this.#worded.add(status);
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

  /** Whether everything that was mailed to the user has been read. */
  async hasNoMail(user) {
    for (const letter of await this.stand.letters()) this.#read.set(letter.to, letter);
    return !this.#read.has(this.mail(user));
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

  /** E-mail address and password; the mail is on its way, or the app is asked for. */
  async begins(page, user, { password = PASSWORD, asks = "Look into your mail" } = {}) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(this.mail(user));
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: asks }).waitFor();
  }

  /** Sends a form that no page of theirs shows to whoever is signed in in `page`. Gives the status. */
  async sends(page, path, form = {}) {
    const answer = await page.context().request.post(path, { form, headers: { "sec-fetch-site": "same-origin" }, maxRedirects: 0 });
    return answer.status();
  }

  /** Signed in, in a page of a browser of their own. Quickly, by the forms alone: door.test.mjs walks through them. */
  async signedIn(user, options) {
    const page = await this.page(options);
    const linked = async () => new URL(await this.link(user)).searchParams.get("link");
    for (const [path, form] of [
      ["/choose-password", async () => ({ link: await linked(), password: PASSWORD })],
      ["/sign-in", () => ({ email: this.mail(user), password: PASSWORD })],
      ["/sign-in/link", async () => ({ link: await linked() })],
    ]) assert.equal(await this.sends(page, path, await form()), 303, path);
    await page.goto("/settings/privacy");
    await page.getByRole("heading", { name: "Privacy & Data" }).waitFor();
    return page;
  }

  async enters(page, user, password = PASSWORD) {
    await this.begins(page, user, { password });
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

const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1280, height: 820 };
const LOOKS = [
  ["light", { colorScheme: "light" }, WIDE],
  ["dark", { colorScheme: "dark" }, WIDE],
  ["phone", { colorScheme: "light" }, PHONE],
  ["phone-dark", { colorScheme: "dark" }, PHONE],
  ["small", { colorScheme: "light" }, { width: 320, height: 640 }],
  ["forced", { colorScheme: "light", forcedColors: "active" }, WIDE],
];

/** Walks on by the keyboard until the thing has the focus, which can be seen there. */
export async function reach(page, thing) {
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press("Tab");
    if (!(await thing.evaluate((it) => it === document.activeElement))) continue;
    const { outlineStyle, outlineWidth } = await thing.evaluate((it) => getComputedStyle(it));
    assert.ok(outlineStyle !== "none" && parseFloat(outlineWidth) >= 2, "the focus is seen");
    return;
  }
  assert.fail(`${thing} cannot be reached`);
}

/** Looks at the page as everybody would, under a name for its picture. */
export async function looked(page, name) {
  assert.deepEqual(await axeFaults(page), [], name);
  await noSidewaysScroll(page);
  const folder = process.env.SHOTS;
  if (!folder || !page.context().runsScripts) return;
  mkdirSync(folder, { recursive: true });
  for (const [look, options, size] of LOOKS) {
    await page.emulateMedia({ forcedColors: "none", ...options });
    await page.setViewportSize(size);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: (await page.getByRole("alertdialog").count()) === 0 });
  }
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await page.setViewportSize(WINDOW);
}
