/** Whether an address that nobody has is answered as fast as one that somebody has: `npm run times [-- rounds]`.
 *
 * Requests over TLS on loopback, known and unknown in an order that is drawn anew each round. It judges nothing: it prints medians,
 * and how often an answer about a known address took longer than one about an unknown address (half of the time: nothing shows). */
import { randomInt } from "node:crypto";
import { Agent, request } from "node:https";
import { DAY, MINUTE, mailOf, openStand } from "./stand.mjs";

const rounds = Number(process.argv[2] ?? 400);
/** So few that no limit on tries is met. */
const AT_ONCE = 4;
const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });

const stand = await openStand({ hard: true });
await stand.account("acme");
const users = ["ada", "ben", "eve", "joe"];
for (const user of users) await stand.user("acme", user, user, "member");
await chooseTheirs();
const others = users.map((user) => user.split("").reverse().join(""));

console.log("| asked | address | median | 10 % to 90 % | known took longer |\n|---|---|---|---|---|");
await compare("POST /sign-in, a wrong password", "/sign-in", (user) => ({ email: mailOf("acme", user), password: "seven quiet herons 42" }));
await compare("POST /forgot-password", "/forgot-password", (user) => ({ email: mailOf("acme", user) }));
agent.destroy();
await stand.close();

async function chooseTheirs() {
  for (const { text } of await stand.letters()) {
    const link = new URL(text.match(/https:\S+\?link=\S+/)[0]).searchParams.get("link");
    await timed("/choose-password", { link, password: "seven quiet herons 41" });
  }
}

async function compare(what, path, form) {
  const taken = { known: [], unknown: [] };
  for (let round = 0; round < rounds; round++) {
    if (round % AT_ONCE === 0) await stand.advance(round % 200 === 0 ? 2 * DAY : 15 * MINUTE);
    const at = randomInt(users.length);
    const turns = [["known", users[at]], ["unknown", others[at]]];
    if (randomInt(2)) turns.reverse();
    for (const [which, user] of turns) taken[which].push(await timed(path, form(user)));
    // The mail that was asked for goes between the measurements, not within them.
    await stand.letters();
  }
  const longer = share(taken.known, taken.unknown);
  for (const which of ["known", "unknown"]) {
    const sorted = taken[which].toSorted((a, b) => a - b);
    const at = (part) => sorted[Math.floor((sorted.length - 1) * part)].toFixed(2);
    console.log(`| ${what} | ${which} | ${at(0.5)} ms | ${at(0.1)} to ${at(0.9)} ms | ${which === "known" ? `${(100 * longer.share).toFixed(1)} % (z ${longer.z.toFixed(1)})` : ""} |`);
  }
}

/** How often one of the first is greater than one of the second, and how many standard deviations from a half that is (Mann-Whitney). */
function share(first, second) {
  let greater = 0;
  for (const a of first) for (const b of second) greater += a > b ? 1 : a === b ? 0.5 : 0;
  const [n, m] = [first.length, second.length];
  return { share: greater / (n * m), z: (greater - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12) };
}

function timed(path, form) {
  const body = new URLSearchParams(form).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": body.length, "sec-fetch-site": "same-origin" };
  return new Promise((done, failed) => {
    const began = performance.now();
    const asked = request(new URL(path, stand.url), { method: "POST", headers, agent }, (answer) => {
      answer.resume().on("end", () => done(performance.now() - began));
    });
    asked.on("error", failed).end(body);
  });
}
