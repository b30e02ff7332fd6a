/** Every screen in its main states: how to get there, from a fresh page. */
const name = (page, text) => page.getByRole("button", { name: text, exact: true });

export async function signInToPin(page) {
  await name(page, "Continue with key").click();
  await page.getByLabel("PIN").waitFor();
}

export async function pick(page, kind) {
  const id = await page.evaluate((k) => window.fake.account(k), kind);
  await page.getByRole("searchbox").fill(id);
  await page.locator(`#account-${id}`).click();
  return id;
}

export async function readOnly(page) {
  const id = await pick(page, "rw");
  await name(page, "Open read-only").click();
  await page.getByLabel("Reason").fill("Imports stopped on Monday; looking at the failed rows");
  await page.getByLabel("Support ticket").fill("T-20417");
  await page.getByRole("dialog").getByRole("button", { name: "Open read-only" }).click();
  await page.getByRole("timer").waitFor();
  return id;
}

export async function readWrite(page) {
  const id = await pick(page, "rw");
  await name(page, "Open read-write").click();
  await page.getByLabel("Reason").fill("Correcting the plan of three people, as agreed");
  await page.getByRole("button", { name: "Touch key and open" }).click();
  await page.getByLabel("PIN").fill("1234");
  await page.keyboard.press("Enter");
  await page.getByRole("timer").waitFor();
  return id;
}

const firstPerson = async (page) => {
  await page.getByRole("table", { name: "People found" }).getByRole("button").first().click();
  await page.getByRole("table", { name: "Attributes" }).waitFor();
};

const edit = async (page, value = "enterprise") => {
  await firstPerson(page);
  await name(page, "Edit attributes").click();
  await page.getByLabel("plan", { exact: true }).fill(value);
};

const review = async (page) => {
  await edit(page);
  await name(page, "Review changes").click();
  await page.getByRole("dialog").waitFor();
};

const prompt = (step) => async (page) => {
  await page.getByLabel("Handle").waitFor();
  await page.evaluate((s) => window.fake.prompt(s), step);
  await page.getByRole("status").first().waitFor();
};

/** One of each class that looks its own: 401, 403, 404, 409, 410, 413, 429 with its time, 5xx, TLS, out of reach, stale. */
const PROBLEMS = [
  ["not-signed-in", { request: "4be1c9d07a215f60" }], ["denied", { why: "read-only-session" }], ["not-found", {}], ["conflict", {}], ["ceremony-gone", {}], ["too-large", {}],
  ["too-many-requests", { retry_after: 60, request: "9a07d3b1e5f2c846" }], ["internal", { request: "1f3e58c2aa90d7b4" }], ["unavailable", { retry_after: 60 }], ["tls-failed", {}], ["offline", {}],
  ["not-fresh", { retry_after: 60 }], ["upstream-unreachable", {}], ["route-refused", {}],
];

/** [name, query, how] */
export const SCREENS = [
  ["sign-in", "start=signed-out", async (p) => { await p.getByLabel("Handle").waitFor(); }],
  ["sign-in-insert", "start=signed-out", prompt({ step: "insert" })],
  ["sign-in-pin", "start=signed-out", signInToPin],
  ["sign-in-pin-wrong", "start=signed-out", async (p) => { await signInToPin(p); await p.getByLabel("PIN").fill("0000"); await p.keyboard.press("Enter"); await p.getByRole("alert").waitFor(); }],
  ["sign-in-touch", "start=signed-out", prompt({ step: "touch" })],
  ["sign-in-no-pin", "start=signed-out", prompt({ step: "no-pin-set" })],
  ["sign-in-blocked", "start=signed-out", prompt({ step: "blocked-until-replug" })],
  ["sign-in-refused", "start=signed-out&handle=nobody", async (p) => { await name(p, "Continue with key").click(); await p.getByRole("alert").waitFor(); }],
  ["silent", "start=silent", async (p) => { await p.getByRole("alert").getByText("does not answer").waitFor(); }],
  ["enrol", "start=signed-out", async (p) => { await name(p, "Enrol a key").click(); await p.getByLabel("One-time code").waitFor(); }],
  ["enrol-name", "start=signed-out", async (p) => { await enrolTo(p); }],
  ["enrol-refused", "start=signed-out", async (p) => { await enrolTo(p, "Toy"); await name(p, "Continue with key").click(); await touch(p); await p.getByText("not trusted").waitFor(); }],
  ["enrol-done", "start=signed-out", async (p) => { await enrolTo(p, "Blue key"); await name(p, "Continue with key").click(); await touch(p); await p.getByText("The key is enrolled").waitFor(); }],
  ["accounts", "", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); }],
  ["accounts-support", "as=support", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); }],
  ["accounts-search", "", async (p) => { await p.getByRole("searchbox").fill("harbour lab"); await p.locator("mark").first().waitFor(); }],
  ["accounts-no-match", "", async (p) => { await p.getByRole("searchbox").fill("zzz"); await name(p, "Show all").waitFor(); }],
  ["accounts-empty", "accounts=0", async (p) => { await name(p, "Copy the instructions").waitFor(); }],
  ["accounts-offline", "start=offline", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); }],
  ["accounts-reconnecting", "", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); await p.evaluate(() => window.fake.connection("reconnecting")); await p.locator(".stamp").waitFor(); }],
  ["open-read-only", "as=support", async (p) => { await pick(p, "ticket"); await name(p, "Open read-only").click(); await p.getByRole("dialog").getByRole("button", { name: "Open read-only" }).click(); }],
  ["open-read-write", "", async (p) => { await pick(p, "rw"); await name(p, "Open read-write").click(); await p.getByRole("dialog").waitFor(); }],
  ["open-touch", "touch=60000", async (p) => { await pick(p, "rw"); await name(p, "Open read-write").click(); await p.getByLabel("Reason").fill("As agreed"); await name(p, "Touch key and open").click(); await p.getByLabel("PIN").fill("1234"); await p.keyboard.press("Enter"); await p.getByText("Touch your key").waitFor(); }],
  ["session-people", "", async (p) => { await readOnly(p); await p.getByRole("table", { name: "People found" }).waitFor(); }],
  ["session-workspaces", "", async (p) => { await readOnly(p); await p.getByRole("button", { name: "Workspaces" }).click(); await p.getByText("Loyalty programme").waitFor(); }],
  ["session-person", "", async (p) => { await readOnly(p); await firstPerson(p); }],
  ["session-activity", "", async (p) => { await readOnly(p); await firstPerson(p); await name(p, "Activity").click(); await p.getByText("checkout_started").first().waitFor(); }],
  ["session-person-messages", "", async (p) => { await readOnly(p); await firstPerson(p); await p.getByRole("group").getByRole("button", { name: "Messages" }).click(); await p.getByRole("table", { name: "Messages" }).or(p.getByText("No messages.")).waitFor(); }],
  ["session-messages", "", async (p) => { await readOnly(p); await p.getByRole("navigation").getByRole("button", { name: "Messages" }).click(); await p.getByRole("table", { name: "Messages" }).waitFor(); }],
  ["session-message", "", async (p) => { await readOnly(p); await p.getByRole("navigation").getByRole("button", { name: "Messages" }).click(); await p.getByRole("table", { name: "Messages" }).getByRole("button").first().click(); await name(p, "Show content").click(); await p.getByLabel("Content").waitFor(); }],
  ["session-write", "", async (p) => { await readWrite(p); await firstPerson(p); }],
  ["session-edit", "", async (p) => { await readWrite(p); await edit(p); }],
  ["session-review", "", async (p) => { await readWrite(p); await review(p); }],
  ["session-write-refused", "", async (p) => { await readOnly(p); await review(p); await name(p, "Apply change").click(); await p.getByRole("alert").waitFor(); }],
  ["session-offline", "", async (p) => { await readOnly(p); await firstPerson(p); await p.evaluate(() => window.fake.connection("offline")); await p.locator(".stamp").waitFor(); }],
  ["session-soon", "", async (p) => { await readOnly(p); await p.evaluate(() => window.fake.advance(51 * 60_000)); await p.getByText("less than 10 minutes left").waitFor(); }],
  ["session-last-minute", "", async (p) => { await readWrite(p); await edit(p); await p.evaluate(() => { window.fake.patient(); window.fake.advance(14.2 * 60_000); }); await p.getByRole("alertdialog").waitFor(); }],
  ["session-enable", "", async (p) => { await readOnly(p); await name(p, "Enable changes…").click(); await p.getByRole("dialog").waitFor(); }],
  ["session-end-drafts", "", async (p) => { await readWrite(p); await edit(p); await name(p, "End session").click(); await p.getByRole("alertdialog").waitFor(); }],
  ["ended", "", async (p) => { const id = await readOnly(p); await p.evaluate((a) => window.fake.switchOff(a), id); await p.getByText("The customer switched access off").waitFor(); }],
  ["keys", "as=admin", async (p) => { await name(p, "Staff keys").click(); await p.getByText("Desk key").waitFor(); }],
  ["keys-own", "", async (p) => { await name(p, "Staff keys").click(); await p.getByText("Drawer at home").waitFor(); }],
  ["keys-revoke", "", async (p) => { await readOnly(p); await name(p, "Staff keys").click(); await name(p, "Revoke Blue key on my ring").click(); await p.getByText("You are signed in with it").waitFor(); }],
  ["keys-last-admin", "as=admin&last-admin", async (p) => { await name(p, "Staff keys").click(); await name(p, "Revoke Blue key on my ring").click(); await p.getByText("the last key that can administer").waitFor(); }],
  ["timeline", "", async (p) => { await timeline(p); await name(p, "Mine").click(); await p.getByLabel("Sort").selectOption("name"); }],
  ["timeline-revoked", "", async (p) => { await timeline(p); const id = await p.evaluate(() => window.fake.account("rw")); await p.evaluate((a) => window.fake.switchOff(a), id); await p.locator(".bar.off").first().waitFor(); }],
  ["timeline-half-year", "as=support", async (p) => { await timeline(p); await name(p, "Longer").click(); await name(p, "Longer").click(); await p.getByText("180 days").waitFor(); }],
  ["timeline-table", "", async (p) => { await timeline(p); await name(p, "Table").click(); await p.getByRole("table", { name: "Timeline" }).waitFor(); }],
  ["sessions", "as=admin", async (p) => { await listed(p); await name(p, "Sessions").click(); await p.getByText("Hana Sato").waitFor(); }],
  ["sessions-own", "", async (p) => { await readOnly(p); await name(p, "Sessions").click(); await p.getByRole("table", { name: "Sessions" }).waitFor(); }],
  ["sessions-none", "", async (p) => { await listed(p); await name(p, "Sessions").click(); await p.getByText("You have no session open").waitFor(); }],
  ["sessions-end", "as=admin", async (p) => { await listed(p); await name(p, "Sessions").click(); await name(p, "End all (3)…").click(); await p.getByText("3 open sessions").waitFor(); }],
  ["staff", "as=admin", async (p) => { await staff(p, "Priya Menon"); }],
  ["staff-suspend", "as=admin", async (p) => { await staff(p, "Jonas Lind"); await name(p, "Suspend…").click(); await p.getByText("1 open session").waitFor(); }],
  ["staff-duty", "as=admin", async (p) => { await staff(p, "Liam Byrne"); await name(p, "Open…").click(); await p.getByLabel("Until").waitFor(); }],
  ["staff-assign", "as=admin", async (p) => { await staff(p, "Jonas Lind"); await name(p, "Assign…").click(); await p.getByLabel("Account", { exact: true }).fill("harbour"); await p.getByText("Primary CSM now").first().waitFor(); }],
  ["staff-code", "as=admin", async (p) => { await staff(p, "Liam Byrne"); await name(p, "Make enrolment code").click(); await touch(p); await p.getByText("7KQD-M2XV-94RT").waitFor(); }],
  ["staff-add", "as=admin", async (p) => { await staff(p, "Liam Byrne"); await name(p, "Add staff…").click(); await p.getByLabel("Handle").waitFor(); }],
  ["staff-touch", "as=admin&pace=700", async (p) => { await staff(p, "Liam Byrne"); await name(p, "Technical Support").click(); await p.getByLabel("PIN").waitFor(); }],
  ["servers", "as=infra", async (p) => { await servers(p, "web-1"); }],
  ["servers-own", "as=infra", async (p) => { await servers(p, "api-2"); await connectTo(p); await p.getByRole("option", { name: "api-2" }).getByText("1 on it").waitFor(); await p.getByRole("dialog").waitFor({ state: "detached" }); }],
  ["palette-servers", "as=infra", async (p) => { await servers(p, "api-1"); await command(p, "web"); await p.getByRole("option", { name: "web-2" }).last().waitFor(); }],
  ["servers-admin", "as=admin", async (p) => { await name(p, "Servers").click(); await servers(p, "web-1"); }],
  ["servers-no-key", "as=infra&ssh=none", async (p) => { await servers(p, "api-1"); }],
  ["servers-offline", "as=infra", async (p) => { await servers(p, "api-1"); await p.evaluate(() => window.fake.connection("offline")); await p.locator(".stamp").waitFor(); }],
  ["servers-none", "as=infra&servers=0", async (p) => { await p.getByText("No server is registered").waitFor(); }],
  ["servers-fail", "as=infra&servers=fail", async (p) => { await p.getByText("What to do").waitFor(); }],
  ["servers-connect", "as=infra", async (p) => { await servers(p, "web-1"); await name(p, "Connect…").click(); await name(p, "Touch key and connect").click(); await p.getByText("Say in 3 to 500").waitFor(); }],
  ["servers-touch", "as=infra&touch=60000", async (p) => { await servers(p, "web-1"); await connectTo(p); await p.getByText("Touch your key").waitFor(); }],
  ["servers-command", "as=infra&terminal=none&agent", async (p) => { await servers(p, "web-1"); await connectTo(p); await p.getByText("No terminal was found").waitFor(); }],
  ["servers-ssh-key", "as=infra", async (p) => { await servers(p, "web-1"); await name(p, "Replace…").click(); await p.getByText("in a hardware key").waitFor(); }],
  ["servers-ssh-key-none", "as=infra&ssh=none", async (p) => { await servers(p, "web-1"); await name(p, "Enrol SSH key…").click(); await p.getByLabel("Public key").fill("-----BEGIN OPENSSH PRIVATE KEY-----"); await p.getByRole("alert").waitFor(); }],
  ["servers-end", "as=admin", async (p) => { await name(p, "Servers").click(); await servers(p, "web-1"); await name(p, "End the connection of Samir Aziz to web-1").click(); await p.getByText("is cut off at once").waitFor(); }],
  ["keys-bulk", "as=admin", async (p) => { await name(p, "Staff keys").click(); await name(p, "Revoke several…").click(); await p.getByLabel("Model").selectOption("Sample Key 5 NFC"); await p.getByText("3 of 5 keys match").waitFor(); }],
  ["keys-bulk-confirm", "as=admin", async (p) => { await name(p, "Staff keys").click(); await name(p, "Revoke several…").click(); await p.getByLabel("Model").selectOption("Sample Key 5 NFC"); await name(p, "See what ends…").click(); await p.getByText("you are signed in with it", { exact: false }).or(p.getByText("You are signed in with it")).first().waitFor(); }],
  ["palette", "", async (p) => { await readOnly(p); await p.keyboard.press("Control+k"); await p.getByRole("combobox", { name: "Account, action" }).waitFor(); }],
  ["palette-accounts", "", async (p) => { await listed(p); await command(p, "harb lab"); }],
  ["palette-pasted", "", async (p) => { await readOnly(p); const id = await p.evaluate(() => window.fake.account("ro")); await command(p, `https://help.example.com/agent/tickets/20417?account=${id}`); await p.getByText("Use 20417").waitFor(); }],
  ["palette-none", "", async (p) => { await listed(p); await command(p, "zzzqqq"); await p.getByText("has not invited you").waitFor(); }],
  ["locked", "", async (p) => { await readOnly(p); await p.evaluate(() => window.fake.lock("idle")); await name(p, "Unlock with key").waitFor(); }],
  ["locked-quiet", "", async (p) => { await listed(p); await p.keyboard.press("Control+l"); await name(p, "Unlock with key").waitFor(); }],
  ["locked-pin", "pace=700", async (p) => { await listed(p); await p.keyboard.press("Control+l"); await name(p, "Unlock with key").click(); await p.getByLabel("PIN").waitFor(); }],
  ["locked-offline", "start=locked-offline", async (p) => { await p.getByRole("heading", { name: "No server in reach" }).waitFor(); }],
  ["kept-nowhere", "start=kept-nowhere", async (p) => { await p.getByText("there is nothing to review").waitFor(); }],
  ["settings", "", async (p) => { await listed(p); await name(p, "Settings").click(); await p.getByText("Times look like this").waitFor(); }],
  ["settings-lock", "", async (p) => { await listed(p); await name(p, "Settings").click(); await p.getByText("Locked by your key").waitFor(); await p.getByRole("group", { name: "Copy here" }).evaluate((node) => node.scrollIntoView({ block: "center" })); }],
  ["settings-desktop", "", async (p) => { await listed(p); await name(p, "Settings").click(); await name(p, "Larger").click(); await p.getByText("Name accounts in notifications").click(); await name(p, "Save a log for support").click(); await p.getByText("readable by you alone").waitFor(); await p.getByText("is taken out").scrollIntoViewIfNeeded(); }],
  ["settings-no-desktop", "", async (p) => { await listed(p); await p.evaluate(() => Object.assign(window.fake.desktop.there, { tray: "no-place", notifications: false })); await name(p, "Settings").click(); await p.getByText("Nothing on this desktop").scrollIntoViewIfNeeded(); }],
  ["closing", "", async (p) => { await readWrite(p); await edit(p); await p.evaluate(() => window.fake.desktop.closeAsked(1)); await p.getByRole("alertdialog").waitFor(); }],
  ["link-not-invited", "", async (p) => { await listed(p); await p.evaluate(() => window.fake.desktop.show("acct-9999")); await p.getByText("has not invited you").waitFor(); }],
  ["history", "", async (p) => { await historyOf(p); }],
  ["history-verified", "", async (p) => { await historyOf(p); await name(p, "Verify log").click(); await p.getByText("The log verifies").waitFor(); }],
  ["history-forged", "log=forged", async (p) => { await pick(p, "rw"); await name(p, "History").click(); await p.getByText("This is not proven").waitFor(); }],
  ["history-check-wrong", "log=forged", async (p) => { await listed(p); await name(p, "Settings").click(); await name(p, "Verify log").click(); await p.getByText("The log does not verify").waitFor(); await p.getByText("The log does not verify").scrollIntoViewIfNeeded(); }],
  ["history-offline", "start=offline", async (p) => { await historyOf(p); await name(p, "Verify log").click(); await p.getByText("as far as it could be looked at").waitFor(); }],
  ["history-sessions", "", async (p) => { await historyOf(p); await name(p, "Show earlier").click(); await p.getByText("This is where it begins").waitFor(); await p.getByRole("group", { name: "Show" }).getByRole("button", { name: "Sessions" }).click(); }],
  ["review", "start=offline", async (p) => { await listed(p); await name(p, "Settings").click(); await name(p, "Export grants").click(); await p.getByText("2,000 grants as of").waitFor(); await p.getByText("Only you may read the files").scrollIntoViewIfNeeded(); }],
  ["review-full-disk", "start=offline&disk=full", async (p) => { await listed(p); await name(p, "Settings").click(); await name(p, "Export grants").click(); await p.getByText("The file could not be written").waitFor(); await p.getByText("The file could not be written").scrollIntoViewIfNeeded(); }],
  ["accounts-old", "start=offline", async (p) => { await listed(p); await p.evaluate(() => window.fake.advance(11 * 3_600_000)); await p.getByText("Older than 12 hours").waitFor(); }],
  ["history-staff", "as=admin", async (p) => { await staff(p, "Jonas Lind"); await name(p, "History").click(); await p.getByText("each proven to be in the signed log").waitFor(); }],
  ["history-server", "as=infra", async (p) => { await historyOfServer(p, "web-1"); }],
  ["history-server-offline", "as=infra", async (p) => { await servers(p, "web-1"); await p.evaluate(() => window.fake.connection("offline")); await historyOfServer(p, "web-1"); await p.getByText("From this console’s copy").waitFor(); }],
  ["timeline-past", "", async (p) => { await listed(p); await p.getByRole("searchbox").fill(await p.evaluate(() => window.fake.withdrew())); await timeline(p); await p.locator(".bar.off").first().waitFor(); }],
  ["history-old", "start=offline", async (p) => { await historyOf(p); await p.evaluate(() => window.fake.advance(15 * 24 * 3_600_000)); await p.getByText("Older than 12 hours").waitFor(); }],
  ["accounts-pinned", "", async (p) => { await listed(p); await p.keyboard.press("p"); await p.keyboard.press("j"); await p.keyboard.press("p"); await name(p, "Pinned").click(); await p.getByText("2 of 2,000").waitFor(); }],
  ["what-was-said", "as=admin", async (p) => { await staff(p, "Liam Byrne"); await name(p, "Technical Support").click(); await touch(p); await p.getByText("has the role").first().waitFor(); await p.evaluate(() => window.fake.connection("offline")); await name(p, "Reinstate").or(name(p, "Suspend…")).first().waitFor(); await name(p, "What was said").click(); await p.getByRole("dialog", { name: "What was said" }).waitFor(); await p.getByRole("button", { name: "Dismiss" }).first().waitFor({ state: "attached" }); }],
  ["timeline-empty", "accounts=0", async (p) => { await name(p, "Timeline").click(); await name(p, "Copy the instructions").waitFor(); }],
  ["sign-in-unplugged", "start=signed-out", prompt({ step: "unplugged" })],
  ["sign-in-several", "start=signed-out", prompt({ step: "choose" })],
  ["sign-in-not-yours", "start=signed-out", prompt({ step: "not-yours" })],
  ["sign-in-blocked-for-good", "start=signed-out", prompt({ step: "blocked" })],
  ["sign-in-no-permission", "start=signed-out", prompt({ step: "no-permission" })],
  ["sign-in-tls", "start=signed-out", async (p) => { await p.getByLabel("Handle").waitFor(); await p.evaluate(() => window.fake.fails("tls-failed")); await p.getByRole("alert").waitFor(); }],
  ["enrol-first-pin", "start=signed-out&new-key", async (p) => { await enrolTo(p, "Blue key"); await name(p, "Continue with key").click(); await p.getByLabel("New PIN").waitFor(); }],
  ["enrol-first-pin-differs", "start=signed-out&new-key", async (p) => { await enrolTo(p, "Blue key"); await name(p, "Continue with key").click(); await firstPin(p, "271828", "271829"); await p.getByText("The two are not the same").waitFor(); }],
  ["enrol-first-pin-refused", "start=signed-out&new-key", async (p) => { await enrolTo(p, "Blue key"); await name(p, "Continue with key").click(); await firstPin(p, "000000", "000000"); await p.getByText("does not take this PIN").waitFor(); }],
  ["endpoint", "", async (p) => { await readOnly(p); await name(p, "Use with another tool…").click(); await name(p, "Open endpoint").waitFor(); }],
  ["endpoint-open", "", async (p) => { await readOnly(p); await endpointOpen(p); }],
  ["endpoint-shown", "", async (p) => { await readOnly(p); await endpointOpen(p); await name(p, "Show the secret").click(); await p.getByText("doorward-endpoint-").waitFor(); }],
  ["session-idle", "", async (p) => { await readWrite(p); await edit(p); await p.evaluate(() => window.fake.advance(4.2 * 60_000)); await name(p, "Go on changing").waitFor(); }],
  ["session-undo", "", async (p) => { await readWrite(p); await changed(p); }],
  ["clock-skew", "", async (p) => { await listed(p); await p.evaluate(() => window.fake.skew(134_000)); await p.getByText("clock is 2 min ahead").waitFor(); }],
  ["settings-about", "contact=https://security.vendor.example/report", async (p) => { await listed(p); await name(p, "Settings").click(); await p.getByText("security.vendor.example").scrollIntoViewIfNeeded(); }],
  ...PROBLEMS.map(([code, more]) => [`problem-${code}`, "", async (p) => {
    await readOnly(p);
    await p.evaluate(([c, m]) => window.fake.fail(c, m), [code, more]);
    await p.getByRole("button", { name: "Workspaces" }).click();
    await p.getByText("What to do").first().waitFor();
  }]),
  ["shortcuts", "", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); await p.keyboard.press("?"); await p.getByRole("dialog").waitFor(); }],
];
export async function historyOf(page) {
  const id = await pick(page, "rw");
  await name(page, "History").click();
  await page.getByText("each proven to be in the signed log").waitFor();
  return id;
}
export async function historyOfServer(page, host) {
  await servers(page, host);
  await name(page, "History").click();
  await page.getByRole("heading", { name: `History of ${host}` }).waitFor();
  await page.getByText("each proven to be in the signed log").waitFor();
}
export async function timeline(page) {
  await name(page, "Timeline").click();
  await page.getByRole("listbox", { name: "Timeline" }).getByRole("option").first().waitFor();
}
export async function enrolTo(page, called = "") {
  await name(page, "Enrol a key").click();
  await page.getByLabel("One-time code").fill("7KQD-M2XV-94RT");
  await name(page, "Next").click();
  await page.getByLabel("Name of the key").fill(called);
}
export async function staff(page, who) {
  await name(page, "Staff").click();
  await page.getByRole("option", { name: who }).click();
  await page.getByRole("region", { name: who }).waitFor();
}
export async function servers(page, host) {
  await page.getByRole("option", { name: host }).click();
  await page.getByRole("region", { name: host }).waitFor();
}
/** Asks to connect to the server that is chosen, up to the touch. */
export async function connectTo(page, reason = "Disk fills up; looking for what writes") {
  await name(page, "Connect…").click();
  await page.getByLabel("Reason").fill(reason);
  await page.getByLabel("Ticket").fill("OPS-314");
  await name(page, "Touch key and connect").click();
  await touch(page);
}
export async function firstPin(page, pin, again) {
  await page.getByLabel("New PIN").fill(pin);
  await page.getByLabel("The same again").fill(again);
  await page.keyboard.press("Enter");
}
export async function endpointOpen(page) {
  await name(page, "Use with another tool…").click();
  await name(page, "Open endpoint").click();
  await name(page, "Close endpoint").waitFor();
}
/** Changes the first person's plan, up to the toast that offers to take it back. */
export async function changed(page, value = "enterprise") {
  await edit(page, value);
  await name(page, "Review changes").click();
  await name(page, "Apply change").click();
  await name(page, "Undo").waitFor();
}
export async function touch(page) {
  await page.getByLabel("PIN").fill("1234");
  await page.keyboard.press("Enter");
}
export const listed = (page) => page.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor();
export async function command(page, text) {
  const field = page.getByRole("combobox", { name: "Account, action" });
  if ((await field.count()) === 0) await page.keyboard.press("Control+k");
  await field.fill(text);
}
export { edit, firstPerson, name, review };
