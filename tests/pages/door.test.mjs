/** Coming and going: invitation, password, the mail that confirms it, a forgotten password, and out again. */
import assert from "node:assert/strict";
import { HOUR, PASSWORD, axeFaults, reach, stands } from "./stand.mjs";

const flow = stands();

flow("an invitation, a password, and the mailed link in the same browser", async (crowd) => {
  await crowd.founded();
  const page = await crowd.page();
  await page.goto(await crowd.link("ada"));
  for (const [bad, why] of [["password1234", "Very many people have this password"], ["Acme.Almeida.2026", "made of your own name"], ["mnbvcxzlkjh", "would soon be guessed"]]) {
    await page.getByLabel("New password").fill(bad);
    await page.getByRole("button", { name: "Keep this password" }).click();
    await page.getByRole("alert").getByText(why).waitFor();
  }
  assert.deepEqual(await axeFaults(page), []);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Keep this password" }).click();
  await page.getByRole("status").getByText("Your password is set.").waitFor();
  await crowd.enters(page, "ada");
  assert.ok(await page.getByText("Ada Almeida").isVisible());
});

flow("the link in another browser shows a code, which the first takes", async (crowd) => {
  await crowd.founded();
  const [first, second] = [await crowd.page(), await crowd.page()];
  await crowd.invited(first, "ada");
  await crowd.begins(first, "ada");
  await second.goto(await crowd.link("ada"));
  assert.equal(await second.getByRole("button", { name: "Confirm sign-in" }).count(), 0);
  const code = await second.getByLabel("Code").textContent();
  assert.match(code, /^\d{6}$/);
  await first.getByLabel("Type the code").fill(code === "000000" ? "000001" : "000000");
  await first.getByRole("button", { name: "Sign in" }).click();
  await first.getByRole("alert").getByText("This is not the code.").waitFor();
  await first.getByLabel("Type the code").fill(code);
  await first.getByRole("button", { name: "Sign in" }).click();
  await first.getByRole("heading", { name: "Privacy & Data" }).waitFor();
  await second.goto("/settings/privacy");
  await second.getByRole("heading", { name: "Sign in" }).waitFor();
});

flow("a wrong password is said, and what was typed stays", async (crowd) => {
  await crowd.founded();
  const page = await crowd.page();
  await crowd.invited(page, "ada");
  await page.getByLabel("E-mail address").fill(crowd.mail("ada"));
  await page.getByLabel("Password", { exact: true }).fill("seven quiet herons 42");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText("is not right").waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), crowd.mail("ada"));
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "");
});

flow("a forgotten password is chosen anew, and every browser is signed out", async (crowd) => {
  await crowd.founded();
  const [here, there] = [await crowd.signedIn("ada"), await crowd.page()];
  await crowd.enters(there, "ada");
  await crowd.stand.advance(HOUR);
  const lost = await crowd.page();
  await lost.goto("/sign-in");
  await lost.getByRole("link", { name: "Forgot password?" }).click();
  await lost.getByLabel("E-mail address").fill(crowd.mail("ada"));
  await lost.getByRole("button", { name: "Send me a link" }).click();
  await lost.getByRole("heading", { name: "Look into your mail" }).waitFor();
  const chosen = "nine loud magpies 57";
  await crowd.invited(lost, "ada", chosen);
  assert.match(lost.url(), /\/sign-in\?/, "the mail that gave a password signs nobody in");
  for (const page of [here, there]) {
    await page.goto("/settings/privacy");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  }
  await crowd.enters(lost, "ada", chosen);
});

flow("where one is signed in is listed, and ended one by one or all at once", async (crowd) => {
  await crowd.founded();
  const here = await crowd.signedIn("ada");
  const there = await crowd.page({ userAgent: "Another browser" });
  await crowd.enters(there, "ada");
  await here.getByRole("link", { name: "Signed in" }).click();
  const row = (agent) => here.getByRole("row").filter({ hasText: agent });
  await row("Another browser").getByRole("button", { name: "Sign out" }).click();
  await row("Another browser").waitFor({ state: "detached" });
  await there.goto("/settings/privacy");
  await there.getByRole("heading", { name: "Sign in" }).waitFor();
  await crowd.enters(there, "ada");
  await here.getByRole("button", { name: "Sign out everywhere" }).click();
  await here.getByRole("status").getByText("You are signed out.").waitFor();
  await there.goto("/settings/privacy");
  await there.getByRole("heading", { name: "Sign in" }).waitFor();
});

flow("the whole way by the keyboard alone: in, on, off, out", async (crowd) => {
  await crowd.founded();
  const page = await crowd.page();
  await crowd.invited(page, "ada");
  await page.goto("/sign-in");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "To the page's content");
  await reach(page, page.getByLabel("E-mail address"));
  await page.keyboard.type(crowd.mail("ada"));
  await reach(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  await page.goto(await crowd.link("ada"));
  await reach(page, page.getByRole("button", { name: "Confirm sign-in" }));
  await page.keyboard.press("Enter");
  const support = page.getByRole("region", { name: "Support Team Access" });
  await support.waitFor();
  await reach(page, support.getByLabel("30 days"));
  await page.keyboard.press("ArrowRight");
  assert.ok(await support.getByLabel("90 days").isChecked());
  await reach(page, support.getByRole("button", { name: "Switch on" }));
  await page.keyboard.press("Enter");
  await support.getByText("89 days 23 h left").or(support.getByText("90 days left")).waitFor();
  await reach(page, support.getByRole("button", { name: "Switch off now" }));
  await page.keyboard.press("Space");
  await support.getByRole("button", { name: "Switch on" }).waitFor();
  await reach(page, page.getByRole("button", { name: "Sign out" }));
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("You are signed out.").waitFor();
});
