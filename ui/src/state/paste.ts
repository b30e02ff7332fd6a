/** What a pasted text may name: an account, a ticket, a person, a workspace. Only reads the text; knows no account. */
export interface Clues {
  /** What could be an id, in lower case, most likely first. */
  ids: string[];
  ticket: string | null;
  email: { whole: string; domain: string } | null;
}

const EMAIL = /[^\s@<>"]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)/i;
const TICKET = /^(?:#?\d{3,12}|[A-Za-z]{1,10}-\d{1,12})$/;
const TICKET_ROOMS = new Set(["ticket", "tickets", "issue", "issues", "case", "cases", "request", "requests", "conversation", "conversations", "browse", "browse-ticket", "agent"]);
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

const lower = (parts: string[]) => [...new Set(parts.map((part) => part.toLowerCase()))].filter((part) => ID.test(part));

export function clues(text: string): Clues {
  const trimmed = text.trim();
  const address = /^https?:\/\//i.test(trimmed) ? parse(trimmed) : null;
  if (address) return fromAddress(address);
  const mail = EMAIL.exec(trimmed);
  if (mail) return { ids: [], ticket: null, email: { whole: mail[0], domain: (mail[1] ?? "").toLowerCase() } };
  const ticket = TICKET.test(trimmed) ? trimmed : null;
  return { ids: lower([trimmed, ...trimmed.split(/[\s,;:()[\]"'/]+/)]), ticket, email: null };
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function fromAddress(address: URL): Clues {
  const steps = address.pathname.split("/").filter(Boolean).map(plain);
  const room = steps.findIndex((step, i) => TICKET_ROOMS.has(step.toLowerCase()) && TICKET.test(steps[i + 1] ?? ""));
  const last = steps.at(-1) ?? "";
  const ticket = room >= 0 ? (steps[room + 1] ?? null) : /^[A-Za-z]{1,10}-\d+$/.test(last) ? last : null;
  const asked = [...address.searchParams.values(), ...new URLSearchParams(address.hash.split("?")[1] ?? "").values()];
  return { ids: lower([...asked, ...steps.reverse()]), ticket, email: null };
}

function plain(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** Public mail hosts say nothing about who somebody works for. */
const PUBLIC = new Set("gmail googlemail outlook hotmail live yahoo icloud me proton protonmail gmx web aol mail fastmail".split(" "));
const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** Whether a name looks like the owner of a domain: “Harbour Freight Ltd” and harbourfreight.com. */
export function owns(name: string, domain: string): boolean {
  const parts = domain.split(".");
  const own = bare(parts.length > 2 && (parts.at(-2)?.length ?? 0) <= 3 ? (parts.at(-3) ?? "") : (parts.at(-2) ?? ""));
  if (own.length < 4 || PUBLIC.has(own)) return false;
  const flat = bare(name.replace(/\s+(ltd|inc|llc|gmbh|ab|ag|co|group|sa|bv|plc)\.?$/i, ""));
  return flat !== "" && (flat === own || (flat.length >= 6 && own.startsWith(flat)) || (own.length >= 6 && flat.startsWith(own)));
}
