/** Signing in at one's own company, which keeps a certified OpenID provider: the way there, the way back, and what is not taken. */
import assert from "node:assert/strict";
import { beforeEach } from "node:test";
import { LONG, openCompany } from "./company.mjs";
import { HOUR, axeFaults, stands } from "./stand.mjs";

let company;
const flow = stands(async () => {
  company = await openCompany(Array.from({ length: 20 }, (_, n) => `acme-${n + 1}`));
  return company.stand;
});

beforeEach(() => Object.assign(company, { life: LONG, lie: (token) => token, tells: (claims) => claims }));

/** The address, the company's own page, and whatever comes back. */
async function asks(page, crowd, user, login) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(crowd.mail(user));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("Login").fill(login);
  await page.getByRole("button", { name: "Come in" }).click();
}

async function isIn(page) {
  await page.getByRole("heading", { name: "Privacy & Data" }).waitFor();
}

async function isRefused(page, words) {
  await page.getByRole("alert").getByText(words).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.goto("/settings/privacy");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

flow("discovery, code, PKCE and nonce: the sign-in reaches the account's page, and asks for no second factor", async (crowd) => {
  await crowd.founded();
  company.knows(crowd.id("ada"), crowd.mail("ada"));
  const page = await crowd.page();
  await asks(page, crowd, "ada", crowd.id("ada"));
  await isIn(page);
  assert.ok(await page.getByText("Ada Almeida").isVisible());
  const asked = company.asked.at(-1);
  assert.equal(asked.code_challenge_method, "S256");
  assert.ok(asked.nonce.length >= 43 && asked.state.length >= 43 && asked.code_challenge.length === 43);
  assert.deepEqual(asked.scope.split(" ").sort(), ["email", "openid"]);
  await page.getByRole("link", { name: "Signed in" }).click();
  await page.getByText("When your company").first().waitFor();
});

flow("another person with the same address is refused, until an admin forgets who it was", async (crowd) => {
  await crowd.founded({ ben: "account-admin" });
  for (const user of ["ada", "ben"]) company.knows(crowd.id(user), crowd.mail(user));
  company.knows(`successor-${crowd.account}`, crowd.mail("ada"));
  const [ada, ben, successor] = [await crowd.page(), await crowd.page(), await crowd.page()];
  await asks(ada, crowd, "ada", crowd.id("ada"));
  await isIn(ada);
  await asks(successor, crowd, "ada", `successor-${crowd.account}`);
  await isRefused(successor, "names somebody else");
  await asks(ben, crowd, "ben", crowd.id("ben"));
  await isIn(ben);
  await ben.getByRole("link", { name: "Members" }).click();
  const row = ben.getByRole("region", { name: "Ada Almeida" });
  await row.getByText("Change").click();
  assert.deepEqual(await axeFaults(ben), []);
  await row.getByRole("button", { name: "Forget who signs in" }).click();
  await ben.getByRole("status").getByText("Forgotten").waitFor();
  await ada.goto("/settings/privacy");
  await ada.getByRole("heading", { name: "Sign in" }).waitFor();
  const again = await crowd.page();
  await asks(again, crowd, "ada", `successor-${crowd.account}`);
  await isIn(again);
});

const LIES = [
  ["for another audience", (token) => company.signed(token, { aud: "somebody-else" })],
  ["by another issuer", (token) => company.signed(token, { iss: "https://localhost:1" })],
  ["with another nonce", (token) => company.signed(token, { nonce: "of another sign-in" })],
  ["with no nonce", (token) => company.signed(token, { nonce: undefined })],
  ["of an earlier sign-in", () => company.given[0]],
  ["with another's signature", (token) => [...token.split(".").slice(0, 2), company.given[0].split(".")[2]].join(".")],
];

flow("an ID token that is not for this sign-in is refused", async (crowd) => {
  await crowd.founded();
  company.knows(crowd.id("ada"), crowd.mail("ada"));
  assert.ok(company.given.length > 0, "the first test signed somebody in");
  for (const [, lie] of LIES) {
    company.lie = lie;
    const page = await crowd.page();
    await asks(page, crowd, "ada", crowd.id("ada"));
    await isRefused(page, "did not confirm that you are a member");
  }
  company.lie = (token) => company.signed(token, {});
  const page = await crowd.page();
  await asks(page, crowd, "ada", crowd.id("ada"));
  await isIn(page);
});

flow("an ID token that has run out, and one for an address that is not verified, are refused", async (crowd) => {
  await crowd.founded();
  company.knows(crowd.id("ada"), crowd.mail("ada"));
  company.life = 60;
  await crowd.stand.advance(HOUR);
  const late = await crowd.page();
  await asks(late, crowd, "ada", crowd.id("ada"));
  await isRefused(late, "did not confirm that you are a member");
  company.life = LONG;
  company.knows(crowd.id("ada"), crowd.mail("ada"), { verified: false });
  const page = await crowd.page();
  await asks(page, crowd, "ada", crowd.id("ada"));
  await isRefused(page, "did not confirm that you are a member");
});

flow("an address that is told of somebody else than the ID token names is refused", async (crowd) => {
  await crowd.founded();
  company.knows(crowd.id("ada"), crowd.mail("ada"));
  company.tells = (claims) => ({ ...claims, sub: "somebody-else" });
  const page = await crowd.page();
  await asks(page, crowd, "ada", crowd.id("ada"));
  await isRefused(page, "did not confirm that you are a member");
});

flow("whoever says no at their company comes back signed out", async (crowd) => {
  await crowd.founded();
  company.knows(crowd.id("ada"), crowd.mail("ada"));
  const page = await crowd.page();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(crowd.mail("ada"));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("link", { name: "Not me" }).click();
  await isRefused(page, "did not confirm that you are a member");
});
