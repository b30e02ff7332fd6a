/** That the ear for the policy's breaks hears: a page that breaks it on purpose is blocked, and is told. */
import assert from "node:assert/strict";
import { stands } from "./stand.mjs";

const flow = stands();

flow("a style and a script within the page's text are blocked, and heard", async (crowd) => {
  const page = await crowd.page();
  await page.route("**/sign-in", async (route) => {
    const answer = await route.fetch();
    const broken = '<style>h1 { color: rgb(1, 2, 3) }</style><script>document.title = "broken"</script></main>';
    await route.fulfill({ response: answer, body: (await answer.text()).replace("</main>", broken) });
  });
  await page.goto("/sign-in");
  const heading = page.getByRole("heading", { name: "Sign in" });
  assert.notEqual(await heading.evaluate((it) => getComputedStyle(it).color), "rgb(1, 2, 3)");
  assert.notEqual(await page.title(), "broken");
  const heard = (what) => crowd.faults.some((fault) => fault.includes(what));
  assert.ok(heard("style-src"), `heard: ${crowd.faults}`);
  // Without JavaScript no script runs, and there is nothing to block.
  if (crowd.script) assert.ok(heard("policy: script-src-elem") && heard("policy: style-src-elem"), `heard: ${crowd.faults}`);
  crowd.faults = [];
});
