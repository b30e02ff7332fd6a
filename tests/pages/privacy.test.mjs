/** Privacy & Data: who may switch what until when, who is in, and out with them. */
import assert from "node:assert/strict";
import { stands } from "./stand.mjs";

const flow = stands();
const support = (page) => page.getByRole("region", { name: "Support Team Access" });
const success = (page) => page.getByRole("region", { name: "Customer Success Team Access" });

flow("support access is switched on for 30 days and off again, and the admins hear of it", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  assert.ok(await support(page).getByText("Off", { exact: true }).isVisible());
  await support(page).getByLabel("30 days").check();
  await support(page).getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("status").getByText("Switched on.").waitFor();
  assert.ok(await support(page).getByText("On", { exact: true }).isVisible());
  assert.ok(await support(page).getByText("30 days left").isVisible());
  assert.ok(await support(page).getByText("by Ada Almeida").isVisible());
  assert.equal((await crowd.letter("ada")).subject, "Support Team Access is on");
  await support(page).getByRole("button", { name: "Switch off now" }).click();
  await page.getByRole("status").getByText("Switched off.").waitFor();
  assert.ok(await support(page).getByText("Off", { exact: true }).isVisible());
  assert.equal((await crowd.letter("ada")).subject, "Support Team Access is off");
});

flow("a last day is chosen, and no day beyond the 180th", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  const date = support(page).getByLabel("Last day");
  const [first, last] = [await date.getAttribute("min"), await date.getAttribute("max")];
  assert.equal((Date.parse(last) - Date.parse(first)) / 86_400_000, 179);
  await support(page).getByLabel("The end of").first().check();
  await date.fill(last);
  await support(page).getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("status").getByText("Switched on.").waitFor();
  const end = await support(page).locator("dd time").first().getAttribute("datetime");
  assert.equal(end, `${new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`);
});

flow("customer success access stands indefinitely on Premium, and is not offered on Standard", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  assert.equal(await support(page).getByLabel("Indefinitely").count(), 0);
  await success(page).getByLabel("Indefinitely").check();
  await success(page).getByRole("button", { name: "Switch on" }).click();
  await success(page).getByText("Indefinitely: until somebody switches it off").waitFor();
  await success(page).getByRole("button", { name: "Switch off now" }).click();
  await page.getByRole("status").getByText("Switched off.").waitFor();
  await crowd.stand.account(crowd.account, "standard");
  await page.reload();
  assert.equal(await success(page).getByRole("button").count(), 0);
  assert.ok(await success(page).getByText("This comes with the Premium plan.").isVisible());
});

flow("who is in is seen with the reason, and shown out at once", async (crowd) => {
  await crowd.founded();
  const page = await crowd.signedIn("ada");
  assert.ok(await page.getByText("Nobody.", { exact: true }).isVisible());
  await support(page).getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("status").getByText("Switched on.").waitFor();
  await crowd.stand.enter(crowd.account, "technical-support", "Imports stop half way", "T-4711");
  await page.reload();
  const row = page.getByRole("row").filter({ hasText: "Tess Turner" });
  for (const text of ["Technical Support", "Read only", "Imports stop half way", "Ticket T-4711"]) assert.ok(await row.getByText(text).isVisible(), text);
  await row.getByRole("button", { name: "End now" }).click();
  await page.getByRole("status").getByText("The session has ended.").waitFor();
  assert.ok(await page.getByText("Nobody.", { exact: true }).isVisible());
  assert.ok(await support(page).getByText("On", { exact: true }).isVisible());
});

flow("a member with the permission switches, and one without sees no switch", async (crowd) => {
  await crowd.founded({ ben: "member-with-permission", eve: "member" });
  const ben = await crowd.signedIn("ben");
  await support(ben).getByRole("button", { name: "Switch on" }).click();
  await ben.getByRole("status").getByText("Switched on.").waitFor();
  await crowd.stand.enter(crowd.account, "technical-support", "Imports stop half way", "T-4712");
  const eve = await crowd.signedIn("eve");
  assert.ok(await eve.getByText("Tess Turner").isVisible(), "whoever is a member sees who is in");
  assert.equal(await eve.getByRole("main").getByRole("button").count(), 0);
  assert.ok(await support(eve).getByText("An admin of your account").isVisible());
});
