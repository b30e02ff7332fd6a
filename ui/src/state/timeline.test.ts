import { expect, test } from "vitest";
import type { AccountRow, PastGrant } from "../backend/bindings";
import { DAY, HOUR } from "../time";
import { around, lanes, pan, place, SPANS, ticks, zoom } from "./timeline";

const NOW = 20_000 * DAY;
const row = (id: string, more: Partial<AccountRow> = {}): AccountRow => ({
  id, name: id, plan: "premium", support: { serial: 1, by: "Ada", from: NOW - DAY, until: NOW + DAY }, success: { serial: 2, by: null, from: NOW - 9 * DAY, until: null }, primary_csm: { id: "m", name: "M" }, mine: false,
  may: { read_only: true, read_write: false, needs_ticket: false, why_not_more: null }, ...more,
});
const past = (account: string): PastGrant => ({ serial: 9, account, account_name: "Gone", setting: "support-team-access", from: NOW - DAY, until: NOW + DAY, off: NOW - HOUR });

test("read-write has a lane only where somebody may write; what is withdrawn comes first", () => {
  const [gone, a, b] = lanes([row("a"), row("b", { primary_csm: null, support: null })], [past("x"), past("a")], NOW);
  expect(gone?.row).toBeNull();
  expect(a?.bars.map((bar) => [bar.setting.slice(0, 4), bar.mode, bar.fate])).toEqual([["supp", "read-only", "on"], ["cust", "read-only", "on"], ["cust", "read-write", "on"], ["supp", "read-only", "off"]]);
  expect(b?.bars.map((bar) => bar.mode)).toEqual(["read-only"]);
});

test("bars are cut to the view; an indefinite one runs to its edge and fades; what is outside is not drawn", () => {
  const view = { from: NOW, span: 10 * DAY };
  const bars = lanes([row("a")], [past("a")], NOW)[0]?.bars ?? [];
  expect(place(bars[0]!, view)).toEqual({ start: 0, end: 0.1, fades: false, begins: false });
  expect(place(bars[1]!, view)).toMatchObject({ end: 1, fades: true });
  expect(place(bars[3]!, view)).toBeNull();
});

test("zoom keeps the point it is about, and stops at both ends; pan moves by parts", () => {
  const view = around(NOW, 30 * DAY);
  const near = zoom(view, -1, NOW);
  expect(near.span).toBe(7 * DAY);
  expect((NOW - near.from) / near.span).toBeCloseTo((NOW - view.from) / view.span);
  let far = view;
  for (let i = 0; i < 9; i += 1) far = zoom(far, 1, NOW);
  expect(far.span).toBe(SPANS.at(-1));
  expect(pan(view, 0.5).from).toBe(view.from + 15 * DAY);
});

test("ticks stand at midnights, also where the clocks change", () => {
  for (const span of SPANS) {
    const found = ticks({ from: Date.UTC(2026, 9, 20, 11), span });
    expect(found.length).toBeGreaterThan(3);
    expect(found.length).toBeLessThan(13);
  }
  const week = ticks({ from: Date.UTC(2026, 9, 22, 11), span: 7 * DAY });
  expect(new Set(week.map((t) => t.label)).size).toBe(week.length);
});
