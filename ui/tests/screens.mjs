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
  ["enrol", "start=signed-out", async (p) => { await name(p, "Enrol a key").click(); await p.getByLabel("One-time code").waitFor(); }],
  ["accounts", "", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); }],
  ["accounts-support", "as=support", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); }],
  ["accounts-search", "", async (p) => { await p.getByRole("searchbox").fill("harbour lab"); await p.locator("mark").first().waitFor(); }],
  ["accounts-no-match", "", async (p) => { await p.getByRole("searchbox").fill("zzz"); await name(p, "Show all").waitFor(); }],
  ["accounts-empty", "accounts=0", async (p) => { await name(p, "Copy the instructions").waitFor(); }],
  ["accounts-offline", "start=offline", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); }],
  ["accounts-reconnecting", "", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); await p.evaluate(() => window.fake.connection("reconnecting")); await p.locator(".stamp").waitFor(); }],
  ["open-read-only", "as=support", async (p) => { await pick(p, "ticket"); await name(p, "Open read-only").click(); await p.getByRole("dialog").getByRole("button", { name: "Open read-only" }).click(); }],
  ["open-read-write", "", async (p) => { await pick(p, "rw"); await name(p, "Open read-write").click(); await p.getByRole("dialog").waitFor(); }],
  ["open-touch", "pace=700", async (p) => { await pick(p, "rw"); await name(p, "Open read-write").click(); await p.getByLabel("Reason").fill("As agreed"); await name(p, "Touch key and open").click(); await p.getByLabel("PIN").fill("1234"); await p.keyboard.press("Enter"); await p.getByText("Touch your key").waitFor(); }],
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
  ["ended", "", async (p) => { const id = await readOnly(p); await p.evaluate((a) => window.fake.switchOff(a), id); await p.getByText("The customer switched access off").waitFor(); }],
  ["keys", "as=admin", async (p) => { await name(p, "Staff keys").click(); await p.getByText("Desk key").waitFor(); }],
  ["keys-own", "", async (p) => { await name(p, "Staff keys").click(); await p.getByText("Drawer at home").waitFor(); }],
  ["keys-revoke", "", async (p) => { await readOnly(p); await name(p, "Staff keys").click(); await name(p, "Revoke Blue key on my ring").click(); await p.getByText("You are signed in with it").waitFor(); }],
  ["shortcuts", "", async (p) => { await p.getByRole("listbox", { name: "Accounts that" }).getByRole("option").first().waitFor(); await p.keyboard.press("?"); await p.getByRole("dialog").waitFor(); }],
];
export { firstPerson, name, review };
