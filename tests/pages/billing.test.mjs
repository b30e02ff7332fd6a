/** Billing: what Premium gives is told where it is missed, paying is Stripe's, and the plan is what Stripe says. */
import assert from "node:assert/strict";
import { looked, reach, stands } from "./stand.mjs";

const flow = stands();
const success = (page) => page.getByRole("region", { name: "Customer Success Team Access" });
const plan = (page) => page.getByRole("region", { name: "Your plan" });
const badge = (page, text) => plan(page).getByText(text, { exact: true });
const host = (page) => new URL(page.url()).host;

flow("from where Premium is missed to Stripe and back, by the keyboard alone; the plan waits for Stripe's word", async (crowd) => {
  await crowd.founded({ plan: "standard" });
  const page = await crowd.signedIn("ada");
  await success(page).getByText("This comes with the Premium plan.").waitFor();
  assert.equal(await success(page).getByRole("button").count(), 0);
  assert.equal(await crowd.sends(page, "/settings/privacy/customer-success-team-access", { choice: "7" }), 403, "nor by a form");
  await looked(page, "privacy-standard-admin");
  await reach(page, success(page).getByRole("link", { name: "See the plan under Billing" }));
  await page.keyboard.press("Enter");
  await badge(page, "Standard").waitFor();
  await looked(page, "billing-standard");
  await reach(page, page.getByRole("button", { name: "Go to Premium" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Pay for Premium" }).waitFor();
  assert.equal(host(page), "checkout.stripe.com");
  await page.getByRole("link", { name: "Not now" }).click();
  await badge(page, "Standard").waitFor();
  await page.getByRole("button", { name: "Go to Premium" }).click();
  await page.getByRole("link", { name: "Pay" }).click();
  await page.getByRole("status").getByText("Thank you. The plan changes here as soon as Stripe has told us").waitFor();
  assert.ok(await badge(page, "Standard").isVisible(), "coming back is no proof of having paid");
  await looked(page, "billing-paid");
  await crowd.stand.stripeTells(crowd.account, "active");
  await page.goto("/settings/billing");
  await badge(page, "Premium").waitFor();
});

flow("leaving Premium is warned of, and ends Customer Success Team Access at once", async (crowd) => {
  await crowd.founded({ plan: "standard" });
  const page = await crowd.signedIn("ada");
  await page.goto("/settings/billing");
  await page.getByRole("button", { name: "Go to Premium" }).click();
  await page.getByRole("link", { name: "Pay" }).click();
  await crowd.stand.stripeTells(crowd.account, "active");
  await page.goto("/settings/privacy");
  await success(page).getByLabel("Indefinitely").check();
  await success(page).getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("status").getByText("Switched on.").waitFor();
  await crowd.stand.enter(crowd.account, "csm", "Sets the workspaces up as agreed in the call", "CS-88");
  await page.getByRole("link", { name: "Billing" }).click();
  await plan(page).getByText("When you leave Premium, Customer Success Team Access ends at once").waitFor();
  assert.ok(await plan(page).getByText("It is switched on now.").isVisible());
  await looked(page, "billing-premium");
  await page.getByRole("button", { name: "Invoices, card, and leaving Premium" }).click();
  await page.getByRole("heading", { name: "Your invoices" }).waitFor();
  assert.equal(host(page), "billing.stripe.com");
  await page.getByRole("link", { name: "Back to the shop" }).click();
  await badge(page, "Premium").waitFor();
  await crowd.stand.stripeTells(crowd.account, "canceled");
  await page.reload();
  await badge(page, "Standard").waitFor();
  await page.goto("/settings/privacy");
  await success(page).getByText("This comes with the Premium plan.").waitFor();
  assert.ok(await success(page).getByText("Off", { exact: true }).isVisible());
  assert.ok(await page.getByText("Nobody.", { exact: true }).isVisible(), "and whoever was in by it is out");
});

flow("where Stripe cannot be reached that is said, and nothing is changed", async (crowd) => {
  await crowd.founded({ plan: "standard" });
  const page = await crowd.signedIn("ada");
  await page.goto("/settings/billing");
  crowd.expects(502);
  await crowd.stand.stripeIs(false);
  try {
    await page.getByRole("button", { name: "Go to Premium" }).click();
    await page.getByRole("heading", { name: "Stripe cannot be reached" }).waitFor();
    await looked(page, "billing-unreachable");
  } finally {
    await crowd.stand.stripeIs(true);
  }
  await page.goBack();
  await page.getByRole("button", { name: "Go to Premium" }).click();
  await page.getByRole("heading", { name: "Pay for Premium" }).waitFor();
});
