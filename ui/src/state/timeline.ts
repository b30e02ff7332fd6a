/** Who can enter which account until when, as bars on a stretch of time. Pure: takes instants, reads no clock. */
import type { AccountRow, GrantView, ModeName, PastGrant, SettingName } from "../backend/bindings";
import { formats } from "../formats.svelte";
import { DAY, HOUR } from "../time";

export interface View {
  from: number;
  span: number;
}

export const SPANS = [DAY, 7 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 365 * DAY];
/** Where "now" stands when the view begins with it. */
const LEAD = 0.18;

export const around = (now: number, span: number): View => ({ from: now - span * LEAD, span });
/** The next length, shorter or longer, around the same point. */
export function zoom(view: View, step: number, about: number): View {
  const at = SPANS.findIndex((span) => span >= view.span);
  const span = SPANS[Math.max(0, Math.min(SPANS.length - 1, at + step))] ?? view.span;
  const part = (about - view.from) / view.span;
  return { from: about - span * Math.max(0.05, Math.min(0.95, part)), span };
}
export const pan = (view: View, part: number): View => ({ ...view, from: view.from + view.span * part });

export interface Bar {
  id: string;
  setting: SettingName;
  mode: ModeName;
  /** On, run out, or switched off before its time. */
  fate: "on" | "over" | "off";
  from: number;
  /** None: until the customer switches it off. */
  until: number | null;
  /** When it was switched off. */
  off: number | null;
  by: string | null;
}

export interface Lane {
  id: string;
  name: string | null;
  row: AccountRow | null;
  bars: Bar[];
}

const SETTINGS = { support: "support-team-access", success: "customer-success-team-access" } as const;

function bars(row: AccountRow, now: number): Bar[] {
  const bar = (setting: SettingName, mode: ModeName, grant: GrantView): Bar => ({
    id: `${grant.serial}-${mode}`, setting, mode, fate: grant.until !== null && grant.until <= now ? "over" : "on", from: grant.from, until: grant.until, off: null, by: grant.by,
  });
  return [
    ...(row.support ? [bar(SETTINGS.support, "read-only", row.support)] : []),
    ...(row.success ? [bar(SETTINGS.success, "read-only", row.success)] : []),
    // Only a Primary CSM may change anything: without one there is nobody to draw.
    ...(row.success && row.primary_csm ? [bar(SETTINGS.success, "read-write", row.success)] : []),
  ];
}

const bygone = (past: PastGrant): Bar => ({ id: `${past.serial}-off`, setting: past.setting, mode: "read-only", fate: "off", from: past.from, until: past.until, off: past.off, by: null });

/** Accounts in the order given; those that withdrew everything come first, since they are news. */
export function lanes(rows: AccountRow[], past: PastGrant[], now: number): Lane[] {
  const gone = new Map<string, PastGrant[]>();
  for (const grant of past) gone.set(grant.account, [...(gone.get(grant.account) ?? []), grant]);
  const live = rows.map((row): Lane => ({ id: row.id, name: row.name, row, bars: [...bars(row, now), ...(gone.get(row.id) ?? []).map(bygone)] }));
  const here = new Set(rows.map((row) => row.id));
  const left = [...gone].filter(([id]) => !here.has(id)).map(([id, grants]): Lane => ({ id, name: grants[0]?.account_name ?? null, row: null, bars: grants.map(bygone) }));
  return [...left.reverse(), ...live];
}

/** Where a bar lies in the view, in parts of its width; none where it is not in it. */
export function place(bar: Bar, view: View): { start: number; end: number; fades: boolean; begins: boolean } | null {
  const to = bar.off ?? bar.until ?? Number.POSITIVE_INFINITY;
  const part = (at: number) => (at - view.from) / view.span;
  const [start, end] = [part(bar.from), part(to)];
  if (end < 0 || start > 1) return null;
  return { start: Math.max(0, start), end: Math.min(1, end), fades: bar.until === null && bar.off === null, begins: start >= 0 };
}

export interface Tick {
  at: number;
  label: string;
  part: number;
}

/** Lines at whole hours, days or weeks of the person's own zone, never too many. */
export function ticks(view: View): Tick[] {
  const hours = view.span <= DAY;
  const step = hours ? 3 * HOUR : view.span <= 7 * DAY ? DAY : view.span <= 30 * DAY ? 5 * DAY : view.span <= 90 * DAY ? 14 * DAY : view.span <= 180 * DAY ? 30 * DAY : 60 * DAY;
  const out: Tick[] = [];
  const day = formats.startOfDay(view.from);
  for (let n = 0, at = day; at < view.from + view.span && out.length < 40; n += 1) {
    // Two hours more, and back to midnight: a day may have 23 or 25 hours.
    at = hours ? day + n * step : n === 0 ? day : formats.startOfDay(at + step + 2 * HOUR);
    const part = (at - view.from) / view.span;
    if (part >= 0 && part <= 1) out.push({ at, part, label: hours ? formats.hour(at) : formats.dayShort(at) });
  }
  return out;
}
