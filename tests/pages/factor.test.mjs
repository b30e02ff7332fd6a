/** The second factor: an authenticator app set up by its picture, its codes, the codes for when it is lost, and out again. */
import assert from "node:assert/strict";
import { looked, reach, stands } from "./stand.mjs";
import { scanned, shows, wrong } from "./phone.mjs";

const flow = stands();
const APP = "Look into your authenticator app";
const REFUSED = "This code is wrong, or was used before.";
const factorOf = async (page) => {
  await page.goto("/settings/security");
  await page.getByRole("heading", { name: "Second factor" }).waitFor();
};

/** Sets up an app for whoever is signed in in `page`. Gives what the phone shows, and the recovery codes. */
async function withApp(crowd, page) {
  await factorOf(page);
  await page.getByRole("button", { name: "Set up an app" }).click();
  const secret = await page.locator("code.secret").textContent();
  const code = async (later = 0) => shows(secret, (await crowd.stand.advance(later)).now);
  await page.getByLabel("Code in the app").fill(await code());
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  const recovery = await page.getByRole("main").locator("li code").allTextContents();
  return { code, next: () => code(30_000), recovery };
}

async function types(page, code, button) {
  await page.getByLabel("Code in the app, or a recovery code").fill(code);
  await page.getByRole("button", { name: button }).click();
}

flow("an app is set up by its picture, and its code is then asked for instead of a mail", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  await page.getByRole("link", { name: "Second factor" }).click();
  await page.getByText("A mail is asked for now.").waitFor();
  await page.getByRole("button", { name: "Set up an app" }).click();
  const secret = (await page.locator("code.secret").textContent()).replaceAll(" ", "");
  if (crowd.script) {
    const read = await scanned(page.getByRole("img", { name: "QR code" }));
    assert.equal(`${read.protocol}//${read.host}`, "otpauth://totp");
    assert.equal(decodeURIComponent(read.pathname), `/Northwind:${crowd.mail("ada")}`);
    assert.deepEqual([read.searchParams.get("secret"), read.searchParams.get("issuer")], [secret, "Northwind"]);
  }
  const { now } = await crowd.stand.advance(0);
  await page.getByLabel("Code in the app").fill(wrong(shows(secret, now)));
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("alert").getByText(REFUSED).waitFor();
  assert.equal((await page.locator("code.secret").textContent()).replaceAll(" ", ""), secret, "the phone need not scan again");
  await looked(page, "second-factor-refused");
  await page.getByLabel("Code in the app").fill(shows(secret, now));
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  const codes = await page.getByRole("main").locator("li code").allTextContents();
  assert.equal(new Set(codes).size, 10);
  await looked(page, "recovery-codes");
  assert.equal((await crowd.letter("ada")).subject, "You sign in with an authenticator app now");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.getByText("You have 10 recovery codes left.").waitFor();
  await looked(page, "second-factor-on");
  const shown = await page.content();
  assert.ok(!codes.some((code) => shown.includes(code)) && !shown.includes(secret.slice(0, 4)), "what was shown once is shown no more");
});

flow("signing in by the app: a wrong code and a used one are refused, and the next one serves, by the keyboard alone", async (crowd) => {
  await crowd.founded();
  const { code, next } = await withApp(crowd, await crowd.signedIn("ada"));
  await crowd.letter("ada");
  const [page, other] = [await crowd.page(), await crowd.page()];
  await crowd.begins(page, "ada", { asks: APP });
  assert.ok(await crowd.hasNoMail("ada"), "whoever has an app gets no mail to sign in by");
  await looked(page, "app-code");
  // The code of the step before confirmed the app: a phone's clock may be late by a step, a used code is not taken.
  const [used, fresh] = [await code(), await next()];
  for (const code of [wrong(fresh), used]) {
    await types(page, code, "Sign in");
    await page.getByRole("alert").getByText(REFUSED).waitFor();
  }
  await looked(page, "app-code-refused");
  await page.goto("/settings/privacy");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.goto("/sign-in/totp");
  await reach(page, page.getByLabel("Code in the app, or a recovery code"));
  await page.keyboard.type(fresh);
  await reach(page, page.getByRole("button", { name: "Sign in" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Privacy & Data" }).waitFor();
  await crowd.begins(other, "ada", { asks: APP });
  await types(other, fresh, "Sign in");
  await other.getByRole("alert").getByText(REFUSED).waitFor();
  await types(other, await next(), "Sign in");
  await other.getByRole("heading", { name: "Privacy & Data" }).waitFor();
});

flow("a recovery code signs in once, and new ones take the place of the old", async (crowd) => {
  await crowd.founded();
  const { next, recovery } = await withApp(crowd, await crowd.signedIn("ada"));
  await crowd.letter("ada");
  const [page, other] = [await crowd.page(), await crowd.page()];
  await crowd.begins(page, "ada", { asks: APP });
  await types(page, recovery[0].toUpperCase().replaceAll("-", " "), "Sign in");
  await page.getByRole("status").getByText("You are signed in by a recovery code. It serves no more.").waitFor();
  assert.ok(await page.getByText("You have 9 recovery codes left.").isVisible());
  assert.equal((await crowd.letter("ada")).subject, "A recovery code was used");
  await looked(page, "recovery-code-used");
  await crowd.begins(other, "ada", { asks: APP });
  await types(other, recovery[0], "Sign in");
  await other.getByRole("alert").getByText(REFUSED).waitFor();
  await types(page.getByRole("region", { name: "Recovery codes" }), await next(), "Make new recovery codes");
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  const fresh = await page.getByRole("main").locator("li code").allTextContents();
  await types(other, recovery[1], "Sign in");
  await other.getByRole("alert").getByText(REFUSED).waitFor();
  await types(other, fresh[0], "Sign in");
  await other.getByRole("heading", { name: "Second factor" }).waitFor();
});

flow("the app is removed by a code alone, and a mail is asked for again", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  const { next } = await withApp(crowd, page);
  await factorOf(page);
  const card = page.getByRole("region", { name: "Remove the app" });
  for (const code of ["no code at all", wrong(await next())]) {
    await types(card, code, "Remove the app");
    await page.getByRole("alert").getByText(REFUSED).waitFor();
  }
  const other = await crowd.page();
  await crowd.begins(other, "ada", { asks: APP });
  await reach(page, card.getByLabel("Code in the app, or a recovery code"));
  await page.keyboard.type(await next());
  await reach(page, card.getByRole("button", { name: "Remove the app" }));
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("The app is removed.").waitFor();
  assert.equal((await crowd.letter("ada")).subject, "Your authenticator app is removed");
  await page.getByRole("button", { name: "Sign out" }).click();
  await crowd.enters(page, "ada");
});
