/** How each page and state looks: to axe, on a small phone, at twice the size, in colours of one's own, without motion. */
import assert from "node:assert/strict";
import { DAY, HOUR, PASSWORD, axeFaults, looked, stands } from "./stand.mjs";

const look = stands();
const SCRIPT = { scripts: [true] };

look("the pages before one is signed in", async (crowd) => {
  await crowd.founded();
  const [page, other] = [await crowd.page(), await crowd.page()];
  await page.goto(await crowd.link("ada"));
  await looked(page, "choose-password");
  await page.getByLabel("New password").fill("short word");
  await page.getByRole("button", { name: "Keep this password" }).click();
  await page.getByRole("alert").waitFor();
  await looked(page, "choose-password-refused");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Keep this password" }).click();
  await page.getByText("Your password is set.").waitFor();
  await page.goto("/sign-in");
  await looked(page, "sign-in");
  await page.goto("/sign-in?said=ended");
  await looked(page, "sign-in-ended");
  await crowd.begins(page, "ada");
  await looked(page, "check");
  const link = await crowd.link("ada");
  await other.goto(link);
  await looked(other, "code");
  await page.goto(link);
  await looked(page, "confirm");
  await page.getByRole("button", { name: "Confirm sign-in" }).click();
  await other.goto(link);
  await looked(other, "link-used");
  // What is not there is told with a 404.
  crowd.expects(404);
  for (const [path, name] of [["/forgot-password", "forgot"], ["/security", "security"], ["/nowhere", "nothing"]]) {
    await other.goto(path);
    await looked(other, name);
  }
}, SCRIPT);

look("Privacy & Data in each state", async (crowd) => {
  await crowd.founded({ eve: "member" });
  const page = await crowd.signedIn("ada");
  await looked(page, "privacy-off");
  for (const [name, choice] of [["Support Team Access", "30 days"], ["Customer Success Team Access", "Indefinitely"]]) {
    const region = page.getByRole("region", { name });
    await region.getByLabel(choice).check();
    await region.getByRole("button", { name: "Switch on" }).click();
    await page.getByRole("status").waitFor();
  }
  await crowd.stand.enter(crowd.account, "technical-support", "Imports stop half way through the second file", "T-4711");
  await crowd.stand.enter(crowd.account, "csm", "Sets the workspaces up as agreed in the call", "CS-88");
  await crowd.stand.advance(7 * 60_000);
  await page.goto("/settings/privacy");
  await looked(page, "privacy-on");
  const eve = await crowd.signedIn("eve");
  await looked(eve, "privacy-member");
  await crowd.stand.account(crowd.account, "standard");
  await eve.reload();
  await looked(eve, "privacy-standard");
}, SCRIPT);

look("who came in, the members, and the second factor", async (crowd) => {
  await crowd.founded({ eve: "member", ben: "member-with-permission" });
  const page = await crowd.signedIn("ada");
  await page.goto("/settings/history");
  await looked(page, "history-begun");
  const region = page.getByRole("region", { name: "Customer Success Team Access" });
  await page.goto("/settings/privacy");
  await region.getByLabel("90 days").check();
  await region.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("status").waitFor();
  await crowd.stand.enter(crowd.account, "csm", "Sets the workspaces up as agreed in the call", "CS-88");
  await page.goto("/settings/history");
  await page.getByText("Your Primary Customer Success Manager came in").waitFor();
  await looked(page, "history");
  for (const [path, name] of [["/what-the-history-leaves-out", "left-out"], ["/settings/members", "members"], ["/settings/security", "second-factor"]]) {
    await page.goto(path);
    await looked(page, name);
  }
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByLabel("Code in the app").waitFor();
  await looked(page, "second-factor-setting-up");
}, SCRIPT);

look("where one is signed in, and the question before the end", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  await crowd.enters(await crowd.page(), "ada");
  await page.goto("/settings/sessions");
  await looked(page, "sessions");
  await crowd.stand.advance(14 * DAY - 2 * HOUR + 20 * 60_000);
  await page.goto("/settings/privacy");
  const dialog = page.getByRole("alertdialog");
  await dialog.waitFor();
  await looked(page, "staying");
  await dialog.getByLabel("Password").fill("not my password");
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.getByText("This is not your password.").waitFor();
  await looked(page, "staying-refused");
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.getByLabel("Code from the mail").waitFor();
  await looked(page, "staying-code");
  await dialog.getByRole("button", { name: "Not now" }).click();
  await looked(page, "staying-later");
  await page.goto("/session/renew");
  await looked(page, "renew");
  await page.goto("/session/renew/code");
  await looked(page, "renew-code");
}, SCRIPT);

look("forced colours show every border, and nothing moves for whoever wants less motion", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  for (const thing of [page.getByRole("region").last(), page.getByRole("button", { name: "Switch on" }).first(), page.getByText("Off", { exact: true }).first()]) {
    const { borderTopStyle, borderTopColor, backgroundColor } = await thing.evaluate((it) => getComputedStyle(it));
    assert.ok(borderTopStyle === "solid" && borderTopColor !== backgroundColor, `${thing} has its border`);
  }
  const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((it) => {
    const { transitionDuration, animationName } = getComputedStyle(it);
    return animationName !== "none" || transitionDuration.split(",").some((one) => parseFloat(one) > 0);
  }).length);
  assert.equal(moving, 0);
  assert.deepEqual(await axeFaults(page), []);
}, SCRIPT);
