/** Members: invited by an admin, come by the mail, made more and less, and out with the session that is open. */
import assert from "node:assert/strict";
import { looked, reach, stands } from "./stand.mjs";

const flow = stands();
const FOR_ADMINS = "This is for the admins of your account";
const card = (page, name) => page.getByRole("region", { name });
const places = (page) => page.getByRole("navigation").getByRole("link").allTextContents();

/** Opens the member's card and makes them what the labels say. */
async function makes(page, name, membership, permission) {
  const one = card(page, name);
  await one.getByText("Change", { exact: true }).click();
  await one.getByLabel(membership, { exact: true }).check();
  await one.getByLabel("May enable access for support teams").setChecked(permission);
  await one.getByRole("button", { name: "Keep" }).click();
  await page.getByRole("status").getByText("Changed. It holds from now on.").waitFor();
}

flow("somebody is invited by the keyboard alone, and comes by the mail", async (crowd) => {
  await crowd.founded();
  const ada = await crowd.signedIn("ada");
  await ada.getByRole("link", { name: "Members" }).click();
  const form = card(ada, "Invite somebody");
  await reach(ada, form.getByLabel("E-mail address"));
  await ada.keyboard.type(crowd.mail("ben"));
  await reach(ada, form.getByLabel("Name"));
  await ada.keyboard.type("Ben Brandt");
  await reach(ada, form.getByLabel("May enable access for support teams"));
  await ada.keyboard.press("Space");
  await reach(ada, form.getByRole("button", { name: "Send the invitation" }));
  await ada.keyboard.press("Enter");
  await ada.getByRole("status").getByText("The invitation is on its way.").waitFor();
  assert.ok(await card(ada, "Ben Brandt").getByText("Invited, until").isVisible());
  await card(ada, "Ben Brandt").getByText("Change", { exact: true }).click();
  await looked(ada, "members-invited");
  const ben = await crowd.signedIn("ben");
  assert.ok(await ben.getByText("Ben Brandt").isVisible());
  assert.equal(await ben.getByRole("button", { name: "Switch on" }).count(), 2, "the permission came with the invitation");
  await ada.reload();
  assert.ok(!(await card(ada, "Ben Brandt").getByText("Invited, until").isVisible()));
});

flow("a member sees nothing of an admin's, by the menu, by address or by sending a form", async (crowd) => {
  await crowd.founded({ eve: "member" });
  const [ada, eve] = [await crowd.signedIn("ada"), await crowd.signedIn("eve")];
  assert.deepEqual((await places(ada)).slice(-2), ["Members", "Billing"]);
  assert.ok(!(await places(eve)).some((text) => ["Members", "Billing"].includes(text)));
  for (const path of ["/settings/members", "/settings/billing"]) {
    await eve.goto(path);
    await eve.getByRole("heading", { name: FOR_ADMINS }).waitFor();
  }
  await looked(eve, "for-admins");
  const invitation = { email: crowd.mail("ben"), name: "Ben Brandt", membership: "admin" };
  const [ada_, eve_] = [crowd.id("ada"), crowd.id("eve")];
  const forms = [
    ["/settings/members", invitation],
    [`/settings/members/${eve_}`, { name: "Eve Engel", membership: "admin" }],
    [`/settings/members/${ada_}/remove`, {}],
    [`/settings/members/${eve_}/invite`, {}],
    ["/settings/billing/checkout", {}],
    ["/settings/billing/portal", {}],
    ["/settings/privacy/support-team-access", { choice: "7" }],
  ];
  const answered = [];
  for (const [path, form] of forms) answered.push([path, await crowd.sends(eve, path, form)]);
  assert.deepEqual(answered, forms.map(([path]) => [path, 403]));
  await ada.goto("/settings/members");
  assert.equal(await ada.getByRole("region").count(), 3, "Ada, Eve, and the form");
  assert.ok(await card(ada, "Eve Engel").getByText("Member", { exact: true }).first().isVisible());
  assert.ok(await crowd.hasNoMail("ben"));
});

flow("a member is made an admin and one no more, and each holds at once", async (crowd) => {
  await crowd.founded({ eve: "member" });
  const [ada, eve] = [await crowd.signedIn("ada"), await crowd.signedIn("eve")];
  await ada.goto("/settings/members");
  await makes(ada, "Eve Engel", "Admin", false);
  await eve.reload();
  assert.ok((await places(eve)).includes("Members"));
  await eve.goto("/settings/members");
  await card(eve, "Ada Almeida").waitFor();
  await makes(ada, "Eve Engel", "Member", true);
  await eve.reload();
  await eve.getByRole("heading", { name: FOR_ADMINS }).waitFor();
  await eve.goto("/settings/privacy");
  assert.equal(await eve.getByRole("button", { name: "Switch on" }).count(), 2);
  await makes(ada, "Eve Engel", "Member", false);
  await eve.reload();
  assert.equal(await eve.getByRole("button", { name: "Switch on" }).count(), 0);
});

flow("who is removed is out at once, and does not come back by the password", async (crowd) => {
  await crowd.founded({ eve: "member" });
  const [ada, eve] = [await crowd.signedIn("ada"), await crowd.signedIn("eve")];
  await ada.goto("/settings/members");
  await card(ada, "Eve Engel").getByText("Change", { exact: true }).click();
  await card(ada, "Eve Engel").getByRole("button", { name: "Remove from the account" }).click();
  await ada.getByRole("status").getByText("Removed, and signed out everywhere.").waitFor();
  assert.equal(await card(ada, "Eve Engel").count(), 0);
  if (crowd.script) {
    // The page that is open notices as soon as it is looked at, and does not say that her days were over.
    await eve.evaluate(() => dispatchEvent(new Event("online")));
    await eve.getByRole("status").getByText("You are signed out.", { exact: true }).waitFor();
  }
  await eve.goto("/settings/privacy");
  await eve.getByRole("heading", { name: "Sign in" }).waitFor();
  await eve.getByLabel("E-mail address").fill(crowd.mail("eve"));
  await eve.getByLabel("Password", { exact: true }).fill("seven quiet herons 41");
  await eve.getByRole("button", { name: "Sign in", exact: true }).click();
  await eve.getByRole("alert").getByText("is not right").waitFor();
});

flow("the last admin stays, and what was typed stays where an invitation is refused", async (crowd) => {
  await crowd.founded();
  const ada = await crowd.signedIn("ada");
  await ada.goto("/settings/members");
  const own = card(ada, "Ada Almeida");
  for (const press of ["Keep", "Remove from the account"]) {
    await own.getByText("Change", { exact: true }).click();
    await own.getByLabel("Member", { exact: true }).check();
    await own.getByRole("button", { name: press }).click();
    await ada.getByRole("alert").getByText("An account keeps one admin who can sign in.").waitFor();
  }
  const form = card(ada, "Invite somebody");
  await form.getByLabel("E-mail address").fill(crowd.mail("ada"));
  await form.getByLabel("Name").fill("Ada Again");
  await form.getByLabel("Admin", { exact: true }).check();
  await form.getByRole("button", { name: "Send the invitation" }).click();
  await ada.getByRole("alert").getByText("This address cannot be invited").waitFor();
  assert.deepEqual([await form.getByLabel("E-mail address").inputValue(), await form.getByLabel("Name").inputValue()], [crowd.mail("ada"), "Ada Again"]);
  assert.ok(await form.getByLabel("Admin", { exact: true }).isChecked());
  await looked(ada, "members-refused");
});
