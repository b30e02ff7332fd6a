/** A session all day: an endpoint for other tools, read-write that lies idle, a change taken back, a key that is new or pulled out. */
import assert from "node:assert/strict";
import { walks } from "./house.mjs";
import { changed, edit, endpointOpen, enrolTo, firstPin, listed, name, readOnly, readWrite, signInToPin, touch } from "./screens.mjs";

const on = walks({ clipboard: true });
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

on("an endpoint: its secret is masked, copied, shown again while the session lives, and closed by a press", "", async (page) => {
  await readOnly(page);
  await endpointOpen(page);
  assert.doesNotMatch(await page.content(), /doorward-endpoint-/, "masked is not in the document either");
  await name(page, "Copy the secret").click();
  await page.getByText("The clipboard is emptied in a minute.").waitFor();
  const secret = await clipboard(page);
  assert.match(secret, /^doorward-endpoint-.{43}/);
  await name(page, "Copy the lines").click();
  assert.match(await clipboard(page), /curl --oauth2-bearer "\$DOORWARD_SECRET" http:\/\/127\.0\.0\.1:\d+\/v1\/workspaces$/);
  assert.ok(!(await clipboard(page)).includes(secret), "what goes into a shell has no secret in it");
  await name(page, "Done").click();
  await name(page, "An endpoint is open…").click();
  await name(page, "Show the secret").click();
  assert.ok((await page.content()).includes(secret));
  await name(page, "Close endpoint").click();
  await page.getByText("The endpoint is closed.").waitFor();
  await name(page, "Use with another tool…").waitFor();
  assert.doesNotMatch(await page.content(), /doorward-endpoint-/);
});

on("a secret leaves the clipboard after a minute, unless something else was copied since", "", async (page) => {
  await page.clock.install();
  await readOnly(page);
  await endpointOpen(page);
  await name(page, "Copy the secret").click();
  await page.getByText("The clipboard is emptied").waitFor();
  await page.clock.runFor(59_000);
  assert.notEqual(await clipboard(page), "");
  await page.clock.runFor(2_000);
  assert.equal(await clipboard(page), "");
  await name(page, "Copy the secret").click();
  await name(page, "Copy the address").click();
  await page.clock.runFor(61_000);
  assert.match(await clipboard(page), /^http:/, "what was copied later is not touched");
});

on("read-write that nobody uses is warned of and ends; reading goes on with what was typed", "", async (page) => {
  await readOnly(page);
  await name(page, "Enable changes…").click();
  await name(page, "Touch key and open").click();
  await touch(page);
  await page.locator(".frame.writes").waitFor();
  await edit(page, "platinum");
  await page.evaluate(() => window.fake.advance(4.2 * 60_000));
  await page.getByText("is not being used").waitFor();
  await name(page, "Go on changing").click();
  await page.getByText("is not being used").waitFor({ state: "detached" });
  await page.evaluate(() => window.fake.advance(4.2 * 60_000));
  await page.getByText("is not being used").waitFor();
  await page.evaluate(() => window.fake.advance(60_000));
  await page.getByText("nothing was done in it for a while").waitFor();
  assert.equal(await page.locator(".frame.writes").count(), 0);
  assert.equal(await page.getByLabel("plan", { exact: true }).inputValue(), "platinum");
  await page.locator(".banner.read-only").waitFor();
});

on("where read-write was opened alone, reading is opened in its place", "", async (page) => {
  await readWrite(page);
  await edit(page, "platinum");
  await page.evaluate(() => window.fake.advance(5.1 * 60_000));
  await page.locator(".banner.read-only").waitFor();
  await page.getByText("nothing was done in it for a while").waitFor();
  assert.equal(await page.getByLabel("plan", { exact: true }).inputValue(), "platinum", "at the same person, with what was typed");
});

on("typing keeps read-write open, and how long it may lie idle is chosen", "", async (page) => {
  await listed(page);
  await name(page, "Settings").click();
  await page.getByText("After 2 min", { exact: true }).click();
  await name(page, "Accounts").click();
  await readWrite(page);
  await edit(page);
  await page.evaluate(() => window.fake.advance(1.5 * 60_000));
  await page.getByText("is not being used").waitFor();
  await page.getByLabel("plan", { exact: true }).fill("x");
  await page.getByLabel("plan", { exact: true }).press("y");
  await page.getByText("is not being used").waitFor({ state: "detached" });
  await page.evaluate(() => window.fake.advance(2.1 * 60_000));
  await page.locator(".banner.read-only").waitFor();
});

on("a change is taken back by one press, and not where somebody changed it since", "", async (page) => {
  await readWrite(page);
  await changed(page);
  await page.getByText("Changed plan.").waitFor();
  await page.getByRole("cell", { name: "enterprise" }).waitFor();
  await name(page, "Undo").click();
  await page.getByText("The former values are back.").waitFor();
  await page.getByRole("cell", { name: "enterprise" }).waitFor({ state: "detached" });
  await name(page, "People").first().click();
  await changed(page, "gold");
  await page.evaluate(() => window.fake.meddle("plan", "bronze"));
  await name(page, "Undo").click();
  await page.getByText("somebody has changed it since").waitFor();
});

on("without the read-write session nothing is taken back, and it says so", "", async (page) => {
  await readWrite(page);
  await changed(page);
  await name(page, "End session").click();
  await page.getByText("You ended the session").waitFor();
  await name(page, "Undo").click();
  await page.getByText("It cannot be undone from here any more").waitFor();
});

on("a new key is given its PIN on the way: too short and not the same are said, the key may refuse, then it goes on", "start=signed-out&new-key", async (page) => {
  await enrolTo(page, "Blue key");
  await name(page, "Continue with key").click();
  await firstPin(page, "12345", "12345");
  await page.getByRole("alert").getByText("At least 6 characters").waitFor();
  await firstPin(page, "123456", "123457");
  await page.getByText("The two are not the same").waitFor();
  await firstPin(page, "000000", "000000");
  await page.getByText("The key does not take this PIN").waitFor();
  await firstPin(page, "271828", "271828");
  await page.getByText("The key is enrolled").waitFor();
});

on("cancelling a key leads back in under half a second", "start=signed-out", async (page) => {
  await signInToPin(page);
  const took = await page.evaluate(async () => {
    const began = performance.now();
    [...document.querySelectorAll("button")].find((b) => b.textContent === "Cancel").click();
    while (document.querySelector(".panel")) await new Promise((done) => requestAnimationFrame(done));
    return performance.now() - began;
  });
  assert.ok(took < 500, `${took} ms`);
  await page.getByLabel("Handle").waitFor();
});

on("who may not open the key sees the rule that puts it right, and copies it", "start=signed-out", async (page) => {
  await page.getByLabel("Handle").waitFor();
  await page.evaluate(() => window.fake.prompt({ step: "no-permission" }));
  await name(page, "Copy the rule").click();
  await page.getByText("Copied.").waitFor();
  assert.equal(await clipboard(page), 'KERNEL=="hidraw*", SUBSYSTEM=="hidraw", ENV{ID_FIDO_TOKEN}=="1", TAG+="uaccess"');
  await name(page, "Back").click();
  await page.getByLabel("Handle").waitFor();
});

on("a clock that is off is told with both times, and can be waved away", "", async (page) => {
  await listed(page);
  await page.evaluate(() => window.fake.skew(-134_000));
  await page.getByText("This computer’s clock is 2 min behind").waitFor();
  await page.locator(".skew").getByRole("button", { name: "Dismiss" }).click();
  assert.equal(await page.locator(".skew").count(), 0);
});

on("whoever asked too often sees when it may be asked again, and cannot before", "", async (page) => {
  await readOnly(page);
  await page.evaluate(() => window.fake.fail("too-many-requests", { retry_after: 1, request: "9a07" }));
  await page.getByRole("button", { name: "Workspaces" }).click();
  const again = name(page, "Try again");
  await again.waitFor();
  assert.equal(await again.isDisabled(), true);
  await page.getByText("It may be asked again in 1 second.").waitFor();
  await page.evaluate(() => window.fake.fail(null));
  await page.waitForFunction(() => [...document.querySelectorAll("button")].some((b) => b.textContent === "Try again" && !b.disabled));
  await again.click();
  await page.getByText("Loyalty programme").waitFor();
});

on("the address for security concerns stands in Settings, and is copied", "contact=mailto:security@vendor.example", async (page) => {
  await listed(page);
  await name(page, "Settings").click();
  await name(page, "Copy the address").click();
  assert.equal(await clipboard(page), "mailto:security@vendor.example");
});
