/** Servers: whose they are, connecting by keyboard alone, the way to the command, and what ending a connection says first. */
import assert from "node:assert/strict";
import { walks } from "./house.mjs";
import { command, connectTo, historyOfServer, listed, name, servers, touch } from "./screens.mjs";

const on = walks({ clipboard: true });
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

on("servers are there for whoever logs in to them or administers, and for nobody else", "", async (page) => {
  await listed(page);
  assert.equal(await name(page, "Servers").count(), 0);
  await page.keyboard.press("g");
  await page.keyboard.press("v");
  await command(page, "servers");
  await page.getByText("Nothing matches").waitFor();
});

on("whoever opens no account begins with the servers, and connects without a mouse", "as=infra", async (page) => {
  await page.evaluate(() => addEventListener("pointerdown", () => { throw new Error("a pointer was used"); }, true));
  const list = page.getByRole("listbox", { name: "Servers" });
  await list.waitFor();
  await page.keyboard.press("j");
  await page.getByRole("region", { name: "api-2" }).waitFor();
  await list.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Connect to api-2" }).waitFor();
  await page.keyboard.type("Restarting what hangs");
  await page.keyboard.press("Tab");
  await page.keyboard.type("OPS-314\n");
  await page.getByLabel("PIN").waitFor();
  assert.match(await page.getByRole("dialog", { name: "Staff key" }).innerText(), /to log in to api-2, for the reason you gave/);
  await page.keyboard.type("1234\n");
  await page.getByText("A terminal is open with api-2").first().waitFor();
  const mine = page.getByRole("listitem").filter({ hasText: "OPS-314" });
  await mine.getByText("Restarting what hangs").waitFor();
  await mine.getByRole("timer", { name: "Left of the connection of You" }).waitFor();
});

on("without a terminal the command is there to copy, for as long as the certificate admits", "as=infra&terminal=none", async (page) => {
  await servers(page, "web-2");
  await connectTo(page);
  await page.getByText("No terminal was found").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Copy the command" }).last().click();
  assert.match(await copied(page), /^ssh -F \S+\/config -- web-2$/);
  await name(page, "Done").click();
  await name(page, "Copy the command").click();
  await page.evaluate(() => window.fake.advance(11 * 60_000));
  await page.getByText("Nobody is on it now.").waitFor();
  assert.equal(await name(page, "Copy the command").count(), 0);
});

on("cancelling at the key connects to nothing, and the reason is kept", "as=infra", async (page) => {
  await servers(page, "web-2");
  await name(page, "Connect…").click();
  await page.getByLabel("Reason").fill("Looking at the logs");
  await name(page, "Touch key and connect").click();
  await page.getByRole("dialog", { name: "Staff key" }).getByRole("button", { name: "Cancel" }).click();
  assert.equal(await page.getByLabel("Reason").inputValue(), "Looking at the logs");
  assert.equal(await page.getByRole("alert").count(), 0);
  await page.keyboard.press("Escape");
  await page.getByText("Nobody is on it now.").waitFor();
});

on("an SSH key is enrolled once and then servers admit; one that was used before is sent back", "as=infra&ssh=none", async (page) => {
  await servers(page, "web-2");
  assert.ok(await name(page, "Connect…").isDisabled());
  await name(page, "Enrol SSH key…").click();
  const line = page.getByLabel("Public key");
  await line.fill("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQC7VJTUt9Us8cKjMzEfYyjiWA4R4");
  await name(page, "Touch key and enrol").click();
  await page.getByText("This is no line of a public key").waitFor();
  const good = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";
  await line.fill(`${good} taken`);
  await name(page, "Touch key and enrol").click();
  await page.getByText("This key was enrolled before").waitFor();
  await line.fill(good);
  await name(page, "Touch key and enrol").click();
  await touch(page);
  await page.getByText("Your SSH key is enrolled.").first().waitFor();
  await page.getByText("Your SSH key", { exact: true }).waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll("button")].find((b) => b.textContent.includes("Connect"))?.disabled);
});

on("one's own connection ends without a touch, anybody else's by a security admin with one, and both say first what that does", "as=infra", async (page) => {
  await servers(page, "api-1");
  assert.equal(await page.getByRole("region", { name: "api-1" }).getByRole("button", { name: /^End the/ }).count(), 0, "another's is not theirs to end");
  await servers(page, "queue-1");
  await name(page, "End the connection of You to queue-1").click();
  await page.getByRole("alertdialog").getByText("is cut off at once").waitFor();
  await name(page, "End connection").click();
  await page.getByText("Nobody is on it now.").waitFor();
});

on("a security admin ends a connection by a touch and connects to no server", "as=admin", async (page) => {
  await name(page, "Servers").click();
  await servers(page, "db-1");
  assert.ok(await name(page, "Connect…").isDisabled());
  await page.getByText("takes the role Maintenance").waitFor();
  await name(page, "End the connection of Tove Dahl to db-1").click();
  await name(page, "Touch key and end").click();
  await page.getByLabel("PIN").waitFor();
  await page.getByText("to end the connection of Tove Dahl to db-1").waitFor();
  await touch(page);
  await page.getByText("Nobody is on it now.").waitFor();
});

on("out of reach nothing opens, one's own end is queued, and it says of when it is", "as=infra", async (page) => {
  await servers(page, "queue-1");
  await page.evaluate(() => window.fake.connection("offline"));
  await page.locator(".stamp").waitFor();
  assert.ok(await name(page, "Connect…").isDisabled());
  assert.ok(await name(page, "Replace…").isDisabled());
  await name(page, "End the connection of You to queue-1").click();
  await page.getByText("the server hears of it first thing").waitFor();
  await name(page, "End connection").click();
  await page.getByText("The server hears of it as soon as it is back.").first().waitFor();
});

on("the palette finds a server, and Shift and Enter begin to connect to it", "as=infra", async (page) => {
  await servers(page, "api-1");
  await command(page, "db-2");
  await page.getByRole("option", { name: /db-2/ }).last().waitFor();
  await page.keyboard.press("Shift+Enter");
  await page.getByRole("dialog", { name: "Connect to db-2" }).waitFor();
});

on("whoever signs out leaves no server behind", "as=infra", async (page) => {
  await servers(page, "api-1");
  await name(page, "Sign out").click();
  await page.getByLabel("Handle").waitFor();
  assert.equal((await page.content()).includes("10.20.0.11"), false);
});

on("a server's history: by keyboard there and back, who was let in and what for, searched, and each row's proof", "as=infra", async (page) => {
  await servers(page, "queue-1");
  await page.keyboard.press("h");
  await page.getByRole("heading", { name: "History of queue-1" }).waitFor();
  await page.getByText("each proven to be in the signed log").waitFor();
  assert.equal(await page.getByRole("group", { name: "Show" }).count(), 0, "all of it is of one kind");
  const first = page.getByRole("listitem").first();
  await first.getByText("Mara Novak got a certificate for queue-1").waitFor();
  assert.match(await first.innerText(), /May be on it still[\s\S]*T-20417 · The import queue stands still · Certificate \d+ · Out by /);
  const all = await page.getByRole("listitem").count();
  await page.getByRole("searchbox").fill("samir");
  await page.getByText("The certificate of Samir Aziz was revoked by Nia Berg").waitFor();
  assert.ok((await page.getByRole("listitem").count()) < all);
  await page.getByRole("button", { name: /^Copy the proof of entry/ }).first().click();
  await page.getByText(/The proof of entry .* is copied/).waitFor();
  assert.match(await copied(page), /^c2sp\.org\/tlog-proof@v1\n/);
  await name(page, "Back").click();
  await page.getByRole("region", { name: "queue-1" }).waitFor();
  await page.locator("#server-queue-1[aria-selected=true]").waitFor();
});

on("a connection that was ended is in the server's history as revoked, and nobody is on it by that any more", "as=infra", async (page) => {
  await servers(page, "queue-1");
  await name(page, "End the connection of You to queue-1").click();
  await name(page, "End connection").click();
  await page.getByText("Nobody is on it now.").waitFor();
  await name(page, "History").click();
  await page.getByText("Mara Novak revoked their own certificate").waitFor();
  assert.equal(await page.getByText("May be on it still").count(), 0);
});

on("out of reach a server's history comes from the copy, without what somebody logged in for", "as=infra", async (page) => {
  await servers(page, "web-1");
  await page.evaluate(() => window.fake.connection("offline"));
  await page.locator(".stamp").waitFor();
  await historyOfServer(page, "web-1");
  await page.getByText("From this console’s copy").waitFor();
  await page.getByText("Samir Aziz got a certificate for web-1").first().waitFor();
  assert.equal(await page.getByText("Disk of the web server").count(), 0);
  await page.evaluate(() => window.fake.connection("online"));
  await page.getByText("Disk of the web server").waitFor();
});

on("a server's history that is not proven shows nothing of itself", "as=infra&log=forged", async (page) => {
  await servers(page, "web-1");
  await name(page, "History").click();
  await page.getByText("This is not proven").waitFor();
  assert.equal(await page.getByText("got a certificate").count(), 0);
});
