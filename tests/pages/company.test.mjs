/** Signing in at one's own company: there and back, no second factor of ours, no end of ours, and each way in which it is refused. */
import assert from "node:assert/strict";
import { DAY, PASSWORD, looked, reach, stands } from "./stand.mjs";

const stand = stands();
const flow = (what, walk) => stand(what, walk, { company: true });
const atCompany = (page, crowd) => page.getByRole("heading", { name: `Sign in at ${crowd.account}` });

/** From our page to the company's. */
async function goes(crowd, page, email = crowd.mail("ada")) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Sign in at your company" }).click();
  await atCompany(page, crowd).waitFor();
}

/** Says there who they are. */
async function answers(page, email, button = "Sign in") {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: button, exact: true }).click();
}

async function refused(page, text) {
  await page.getByRole("alert").getByText(text).waitFor();
  await page.goto("/settings/privacy");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

flow("there and back by the keyboard alone, with no password of ours and no end of ours", async (crowd) => {
  await crowd.founded();
  const invitation = await crowd.letter("ada");
  assert.ok(!invitation.text.includes("link="), "there is no password to choose");
  const page = await crowd.page();
  await page.goto("/sign-in");
  await looked(page, "sign-in-with-companies");
  await reach(page, page.getByLabel("E-mail address"));
  await page.keyboard.type(crowd.mail("ada"));
  await reach(page, page.getByRole("button", { name: "Sign in at your company" }));
  await page.keyboard.press("Enter");
  await atCompany(page, crowd).waitFor();
  assert.equal(new URL(page.url()).host, `idp.${crowd.account}.example`);
  // Theirs is theirs: how the focus looks there is no matter of ours.
  await page.keyboard.press("Tab");
  await page.keyboard.type(crowd.mail("ada"));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Privacy & Data" }).waitFor();
  await page.getByRole("link", { name: "Second factor" }).click();
  await page.getByText("We ask for nothing more.").waitFor();
  assert.equal(await page.getByRole("main").getByRole("button").count(), 0);
  await looked(page, "second-factor-by-company");
  await crowd.stand.advance(15 * DAY);
  await page.getByRole("link", { name: "Signed in" }).click();
  await page.getByText("When your company takes it away").waitFor();
  await looked(page, "sessions-by-company");
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

flow("the page on the way says where it leads, and whoever typed a password is led there too", async (crowd) => {
  await crowd.founded();
  const page = await crowd.page();
  // The company's page is nothing, so ours stays.
  const asked = new Promise((heard) => page.route(`https://idp.${crowd.account}.example/**`, (route) => heard(route.fulfill({ status: 204 }))));
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(crowd.mail("ada"));
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "To your company's sign-in" }).waitFor();
  assert.ok(await page.getByText(`idp.${crowd.account}.example`).isVisible());
  await asked;
  await looked(page, "away");
  await page.unrouteAll();
  await page.getByRole("link", { name: "Go on", exact: true }).click();
  await atCompany(page, crowd).waitFor();
});

flow("whom the company does not confirm, or who is no member, is refused in words", async (crowd) => {
  await crowd.founded();
  const page = await crowd.page();
  await goes(crowd, page);
  await answers(page, "", "Cancel");
  await page.getByRole("alert").getByText("did not confirm").waitFor();
  await looked(page, "company-refused");
  // Nor a member whose address is of a domain that this company does not speak for.
  const guest = `guest@of-${crowd.account}.example`;
  await crowd.stand.user(crowd.account, crowd.id("guest"), "Guest Gomez", "member", guest);
  for (const email of [`stranger@${crowd.account}.example`, guest]) {
    await goes(crowd, page);
    await answers(page, email);
    await refused(page, "did not confirm");
  }
  await crowd.stand.companyIs(crowd.account, { forges: true });
  await goes(crowd, page);
  await answers(page, crowd.mail("ada"));
  await refused(page, "did not confirm");
  await crowd.stand.companyIs(crowd.account);
  await goes(crowd, page);
  await answers(page, crowd.mail("ada"));
  await page.getByRole("heading", { name: "Privacy & Data" }).waitFor();
});

flow("the way back serves once, and in the browser that left", async (crowd) => {
  await crowd.founded();
  const [page, other] = [await crowd.page(), await crowd.page()];
  await goes(crowd, page);
  let back;
  page.on("request", (request) => { if (request.url().includes("/sign-in/sso?")) back = request.url(); });
  await answers(page, crowd.mail("ada"));
  await page.getByRole("heading", { name: "Privacy & Data" }).waitFor();
  for (const again of [page, other]) {
    await again.goto(back);
    await again.getByRole("alert").getByText("serves once, within ten minutes, in one browser").waitFor();
  }
  await goes(crowd, other);
  const lent = new URL(other.url()).searchParams.get("state");
  await goes(crowd, page);
  await page.goto(`/sign-in/sso?state=${lent}&code=code-0`);
  await page.getByRole("alert").getByText("in one browser").waitFor();
});

flow("a company that is down is said to be, and no password stands in for it", async (crowd) => {
  await crowd.founded();
  const page = await crowd.page();
  crowd.expects(503);
  await crowd.stand.companyIs(crowd.account, { up: false });
  for (const button of ["Sign in at your company", "Sign in"]) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(crowd.mail("ada"));
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: button, exact: true }).click();
    await refused(page, "Your company's sign-in cannot be reached now.");
  }
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill("somebody@nowhere.example");
  await page.getByRole("button", { name: "Sign in at your company" }).click();
  await page.getByRole("alert").getByText("No company that we know signs in people of this address.").waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "somebody@nowhere.example");
  await looked(page, "no-company");
});
