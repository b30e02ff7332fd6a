/** A made-up world from a seed: accounts, grants, people and messages. For trying the page in a browser, nothing else. */
import type { AccountRow, Activity, KeyView, May, Message, Person, Why, Workspace } from "../bindings";
import { DAY, HOUR, MINUTE } from "../../time";

export type Dice = () => number;

/** mulberry32 */
export function dice(seed: number): Dice {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = <T>(roll: Dice, from: readonly T[]): T => from[Math.floor(roll() * from.length)] as T;
const whole = (roll: Dice, low: number, high: number) => low + Math.floor(roll() * (high - low + 1));

const FIRST = "Amber Birch Cedar Delta Ember Fjord Granite Harbour Iris Juniper Kestrel Lantern Meadow North Ochre Pebble Quill River Saffron Tidal Umber Velvet Willow Zephyr".split(" ");
const SECOND = "Analytics Bakery Books Cycles Clinics Coffee Freight Foods Gardens Games Homes Insurance Labs Learning Logistics Mobility Outfitters Pharma Studios Supply Systems Textiles Travel Works".split(" ");
const ENDING = ["", "", "", " Co", " Group", " Ltd", " AB", " GmbH"];
const PEOPLE = "Ada Brandt|Bilal Haddad|Chiara Conti|Dmitri Volkov|Elena Petrova|Farah Nasser|Goran Ilic|Hana Sato|Ines Duarte|Jonas Lind|Keiko Mori|Liam Byrne|Mara Novak|Nils Berg|Olga Reyes|Priya Menon|Quentin Roy|Rosa Iglesias|Samir Aziz|Tove Dahl".split("|");

export type Role = "csm" | "support" | "admin" | "infra";

function may(role: Role, support: boolean, success: boolean, mine: boolean): May {
  const no = (why: Why): May => ({ read_only: false, read_write: false, needs_ticket: false, why_not_more: why });
  const read = (why: Why, needs_ticket: boolean): May => ({ read_only: true, read_write: false, needs_ticket, why_not_more: why });
  if (role === "admin" || role === "infra") return no("no-role");
  if (role === "support") return support ? read("read-only-for-you", true) : no("not-granted");
  if (!success) return no("not-granted");
  return mine ? { read_only: true, read_write: true, needs_ticket: false, why_not_more: null } : read("primary-csm-only", false);
}

export function makeAccounts(n: number, role: Role, now: number, me: string): AccountRow[] {
  const roll = dice(7);
  const rows: AccountRow[] = [];
  for (let i = 0; i < n; i += 1) {
    const name = `${pick(roll, FIRST)} ${pick(roll, SECOND)}${pick(roll, ENDING)}`;
    const premium = roll() < 0.55;
    const success = premium && roll() < 0.75;
    const support = !success || roll() < 0.55;
    const mine = success && role === "csm" && roll() < 0.3;
    const until = (indefinite: number) => (roll() < indefinite ? null : now + Math.floor(roll() ** 3 * 175 * DAY) + whole(roll, 7, 180) * MINUTE);
    const grant = (serial: number, indefinite: number) => ({ serial, by: roll() < 0.96 ? pick(roll, PEOPLE) : null, from: now - whole(roll, 1, 60 * 24) * HOUR, until: until(indefinite) });
    const csm = pick(roll, PEOPLE);
    rows.push({
      id: `acct-${(10_000 + i * 7).toString(36)}`,
      name,
      plan: premium ? "premium" : "standard",
      support: support ? grant(i * 2 + 1, 0) : null,
      success: success ? grant(i * 2 + 2, 0.35) : null,
      primary_csm: premium ? (mine ? { id: me, name: "Mara Novak" } : { id: csm.toLowerCase().replace(" ", "-"), name: csm }) : null,
      mine,
      may: may(role, support, success, mine),
    });
  }
  return rows;
}

export const WORKSPACES: Workspace[] = [
  { id: "1", name: "Production", people: 48_211, messages_sent: 1_204_332, billable_messages_sent: 1_188_020 },
  { id: "2", name: "Staging", people: 312, messages_sent: 4_120, billable_messages_sent: 0 },
  { id: "3", name: "Loyalty programme", people: 9_870, messages_sent: 220_415, billable_messages_sent: 219_990 },
];

const PLANS = ["free", "starter", "growth", "scale"];
const CITIES = ["Lisbon", "Graz", "Malmö", "Gdańsk", "Leeds", "Turin", "Ghent", "Bergen"];
const LAST = "Almeida Becker Costa Dvorak Eriksen Fischer Girard Hansen Ivanov Jansen Kowalski Larsen Moreau Novotny Olsen Peeters Rossi Silva Tamm Weber".split(" ");
const GIVEN = "Anna Bruno Clara David Emma Felix Greta Hugo Ida Jakob Karin Lars Mia Noah Oona Paul Rita Sven Tea Ugo".split(" ");

export function makePeople(now: number): Person[] {
  const roll = dice(11);
  return Array.from({ length: 240 }, (_, i) => {
    const given = pick(roll, GIVEN);
    const last = pick(roll, LAST);
    const set = () => now - whole(roll, 1, 400) * DAY;
    const attributes = { city: pick(roll, CITIES), created_at: String(Math.floor((now - whole(roll, 30, 900) * DAY) / 1000)), first_name: given, last_name: last, plan: pick(roll, PLANS), seats: String(whole(roll, 1, 40)) };
    return {
      id: String(1001 + i),
      email: `${given}.${last}${i}@example.com`.toLowerCase(),
      cio_id: (0xd5c20500 + i).toString(16),
      unsubscribed: roll() < 0.08,
      attributes: Object.entries(attributes).map(([name, value]) => ({ name, value, set: set() })),
      devices: roll() < 0.4 ? [{ id: `dev-${i}`, platform: pick(roll, ["ios", "android"]), last_used: now - whole(roll, 1, 90) * DAY }] : [],
    };
  });
}

export function makeActivities(person: Person, now: number): Activity[] {
  const roll = dice(Number(person.id));
  const at = (i: number) => now - (i + 1) * whole(roll, 2, 40) * HOUR;
  const kinds = ["page", "opened_email", "event", "delivered_email", "attribute_change", "sent_email", "clicked_email"];
  return Array.from({ length: 14 }, (_, i) => {
    const kind = kinds[i % kinds.length] as string;
    const data = kind === "attribute_change" ? [{ name: "plan", from: "starter", value: "growth" }] : kind === "page" ? [{ name: "page", from: null, value: "https://shop.example.com/pricing" }] : [];
    return { id: `act-${person.id}-${i}`, kind, at: at(i), name: kind === "event" ? "checkout_started" : null, data };
  }).sort((a, b) => b.at - a.at);
}

const SUBJECTS = ["Your invoice is ready", "Welcome aboard", "You left something behind", "Three things to try this week", "Confirm your address", "Your trial ends soon"];

export function makeMessages(people: Person[], now: number): Message[] {
  const roll = dice(23);
  return Array.from({ length: 320 }, (_, i) => {
    const person = pick(roll, people);
    const created = now - (i + 1) * 37 * MINUTE;
    const kind = pick(roll, ["email", "email", "email", "push", "in_app", "webhook"]);
    const failed = roll() < 0.07;
    const names = failed ? ["sent", "bounced"] : ["sent", "delivered", "opened", "clicked"].slice(0, whole(roll, 2, 4));
    return {
      id: `dgOq${(1_000_003 * (i + 1)).toString(36)}`,
      kind,
      person: person.id,
      recipient: kind === "email" ? person.email : null,
      subject: kind === "webhook" ? null : pick(roll, SUBJECTS),
      created,
      metrics: names.map((name, k) => ({ name, at: created + (k + 1) * whole(roll, 1, 50) * MINUTE })),
      failure: failed ? "550 mailbox not found" : null,
      campaign: pick(roll, ["12", "31", null]),
    };
  });
}

export function makeKeys(now: number, me: string): KeyView[] {
  const key = (n: number, id: string, name: string, label: string, model: string, used: number | null, more: Partial<KeyView> = {}): KeyView => ({
    key: n, staff: { id, name }, name: label, model, enrolled: now - (300 - n * 9) * DAY, last_used: used === null ? null : now - used, revoked: false, mine: id === me, in_use: false, ...more,
  });
  return [
    key(1, me, "Mara Novak", "Blue key on my ring", "Sample Key 5 NFC", 3 * MINUTE, { in_use: true }),
    key(2, me, "Mara Novak", "Drawer at home", "Sample Key 5C", 41 * DAY),
    key(3, "jonas-lind", "Jonas Lind", "Desk key", "Sample Key 5 NFC", 2 * HOUR),
    key(4, "hana-sato", "Hana Sato", "Travel key", "Sample Key Bio", 6 * DAY),
    key(5, "samir-aziz", "Samir Aziz", "First key", "Sample Key 5C", 90 * DAY, { revoked: true }),
    key(6, "ines-duarte", "Ines Duarte", "Spare", "Sample Key 5 NFC", null),
  ];
}
