/** Who came in: each visit with its reason and its changes, filtered, taken along, and verified with no server. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY, looked, program, reach, stands } from "./stand.mjs";

const flow = stands();
const rows = (page) => page.getByRole("region", { name: "History" }).getByRole("listitem");
const ROUTE = "/accounts/{account}/people/{person}";
const CHANGE = { is: "write", verb: "change-person", route: ROUTE, fields: { names: ["attributes.tier", "name"], all: true } };

/** Both settings on, a visit of each team, and what they did. */
async function visited(crowd, page) {
  for (const name of ["Support Team Access", "Customer Success Team Access"]) {
    await page.getByRole("region", { name }).getByRole("button", { name: "Switch on" }).click();
    await page.getByRole("status").getByText("Switched on.").waitFor();
  }
  const { now } = await crowd.stand.advance(0);
  const read = await crowd.stand.enter(crowd.account, "technical-support", "Imports stop half way", "T-4711");
  await crowd.stand.note(read, { is: "reads", verb: "list-people", route: "/people", first: now, count: 12 });
  const write = await crowd.stand.enter(crowd.account, "csm", "Sets the workspaces up as agreed", "CS-88");
  const { number } = await crowd.stand.note(write, CHANGE);
  await crowd.stand.note(write, { is: "answered", write: number, status: 204 });
  return { write };
}

/** Downloads by the link into the folder, under the name. */
async function taken(page, link, folder, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: link }).click()]);
  const path = join(folder, name);
  await download.saveAs(path);
  return path;
}

/** What `doorward verify history` says, and how it ended. */
function verify(...args) {
  const { status, stdout, stderr } = spawnSync(program("doorward"), ["verify", "history", ...args], { encoding: "utf8" });
  return { status, said: stdout + stderr };
}

/** A folder of one's own while `within` runs. */
async function inFolder(within) {
  const folder = mkdtempSync(join(tmpdir(), "doorward-pages-"));
  try {
    await within(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

flow("each visit is told with who, why, and what was changed, and the filter shows what is asked for", async (crowd) => {
  await crowd.founded({ eve: "member" });
  const page = await crowd.signedIn("ada");
  await visited(crowd, page);
  await page.getByRole("link", { name: "Who came in" }).click();
  for (const [text, ...told] of [
    ["Technical Support came in", "Tess Turner", "Imports stop half way", "Ticket T-4711", "12 reads, 0 changes", "Read only"],
    ["Your Primary Customer Success Manager came in", "Cleo Costa", "Sets the workspaces up as agreed", "0 reads, 1 change", "Read and change"],
    ["Changed something", "Cleo Costa", `change-person ${ROUTE}`, "Fields: attributes.tier, name", "It was done.", "Ticket CS-88"],
    ["Switched Support Team Access on", "Ada Almeida"],
  ]) {
    const row = rows(page).filter({ hasText: text });
    for (const one of told) assert.ok(await row.getByText(one).first().isVisible(), `${text}: ${one}`);
  }
  await looked(page, "history-whole");
  await reach(page, page.getByLabel("Show"));
  await page.keyboard.type("Visits");
  await reach(page, page.getByRole("button", { name: "Show" }));
  await page.keyboard.press("Enter");
  await page.waitForURL(/shows=sessions/);
  assert.equal(await rows(page).count(), 2);
  for (const [kind, count] of [["Changes", 1], ["Settings and plan", 4]]) {
    await page.getByLabel("Show").selectOption(kind);
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL(kind === "Changes" ? /shows=writes/ : /shows=settings/);
    assert.equal(await rows(page).count(), count, kind);
  }
  const today = new Date((await crowd.stand.advance(0)).now).toISOString().slice(0, 10);
  const tomorrow = new Date(Date.parse(today) + DAY).toISOString().slice(0, 10);
  await page.getByLabel("Show").selectOption("Everything");
  await page.getByLabel("From", { exact: true }).fill(tomorrow);
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("Nothing of this kind in these days.").waitFor();
  await looked(page, "history-nothing");
  await page.getByRole("link", { name: "Show everything" }).click();
  await rows(page).first().waitFor();
  await page.goto("/settings/history?from=yesterday");
  await page.getByRole("heading", { name: "That could not be used" }).waitFor();
  const eve = await crowd.signedIn("eve");
  await eve.goto("/settings/history");
  await eve.getByText("Technical Support came in").waitFor();
});

flow("a long history is read page by page, and none of it twice", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  const { write } = await visited(crowd, page);
  for (let n = 0; n < 60; n++) await crowd.stand.note(write, CHANGE);
  await page.goto("/settings/history?shows=writes");
  const seen = await rows(page).evaluateAll((items) => items.map((it) => it.id));
  await page.getByRole("link", { name: "Older" }).click();
  await page.waitForURL(/before=/);
  seen.push(...(await rows(page).evaluateAll((items) => items.map((it) => it.id))));
  assert.deepEqual([seen.length, new Set(seen).size], [61, 61]);
  assert.equal(await page.getByRole("link", { name: "Older" }).count(), 0);
});

flow("the bundle is verified with no server, goes on from an earlier one, and is refused where it was changed", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  await inFolder(async (folder) => {
    const trust = join(folder, "trust.toml");
    writeFileSync(trust, await crowd.stand.trust());
    const { write } = await visited(crowd, page);
    await page.goto("/settings/history");
    const first = await taken(page, "Bundle to verify", folder, "first.jsonl");
    const proven = verify(first, "--trust", trust);
    assert.equal(proven.status, 0, proven.said);
    assert.match(proven.said, new RegExp(`verified: the history of account ${crowd.account}, \\d+ records`));
    assert.match(proven.said, /in it: 2 sessions, 12 reads, 1 writes/);
    await crowd.stand.note(write, CHANGE);
    const second = await taken(page, "Bundle to verify", folder, "second.jsonl");
    const later = verify(second, "--trust", trust, "--earlier", first);
    assert.equal(later.status, 0, later.said);
    assert.match(later.said, /it goes on from the earlier history/);
    const back = verify(first, "--trust", trust, "--earlier", second);
    assert.equal(back.status, 1, back.said);
    for (const [from, to] of [["Imports stop half way", "Imports stop all the way"], ["attributes.tier", "attributes.name"]]) {
      const changed = join(folder, "changed.jsonl");
      const text = readFileSync(second, "utf8");
      assert.ok(text.includes(from));
      writeFileSync(changed, text.replace(from, to));
      const refused = verify(changed, "--trust", trust);
      assert.equal(refused.status, 1, refused.said);
    }
    const table = readFileSync(await taken(page, "Table (CSV)", folder, "history.csv"), "utf8");
    for (const text of ["Tess Turner", "T-4711", "Imports stop half way", "attributes.tier"]) assert.ok(table.includes(text), text);
  });
});
