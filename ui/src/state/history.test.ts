import { describe, expect, it } from "vitest";
import type { HistoryRow } from "../backend/bindings";
import { days, told, verdict } from "./history";

const MAYA = { id: "maya", name: "Maya Ortiz" };
const at = (hour: number) => Date.UTC(2026, 10, 24, hour);
const opened: HistoryRow = { seq: 9, at: at(9), account: null, what: { is: "session-opened", session: 4, staff: MAYA, mode: "read-only", ends: at(10), still_open: true, ticket: "T-1", reason: "An import", reads: 12, writes: 1 } };
const off: HistoryRow = { seq: 8, at: at(-20), account: null, what: { is: "grant-disabled", grant: 2, setting: "support-team-access" } };

describe("a history", () => {
  it("says who did what, for what, and what still holds", () => {
    expect(told(opened)).toMatchObject({ sort: "session", text: "Maya Ortiz entered read-only", more: "T-1 · An import · 12 reads, 1 change" });
    expect(told(opened).still).toContain("Still open");
    expect(told(off)).toMatchObject({ sort: "access", still: null });
    expect(told({ ...off, what: { is: "session-ended", session: 4, staff: null, mode: null, opened: null, by: "owner" } }).text).toContain("4");
  });

  it("says who was let in to a server, for what, by which certificate, and what was taken back", () => {
    const issued = { is: "certificate-issued", certificate: 413, staff: MAYA, host: "web-1", ends: at(10), connection_ends: at(17), still_open: true, ticket: "OPS-1", reason: "The disk is full" } as const;
    expect(told({ ...off, what: issued })).toMatchObject({ sort: "servers", text: "Maya Ortiz got a certificate for web-1", still: "May be on it still" });
    expect(told({ ...off, what: issued }).more).toMatch(/^OPS-1 · The disk is full · Certificate 413 · Out by /);
    expect(told({ ...off, what: { ...issued, still_open: false, ticket: null, reason: null } })).toMatchObject({ more: expect.stringMatching(/^Certificate 413 · Out by /), still: null });
    const revoked = { is: "certificate-revoked", certificate: 413, by: MAYA, staff: { id: "liam", name: null }, host: "web-1", issued: at(9) } as const;
    expect(told({ ...off, what: revoked })).toMatchObject({ text: "The certificate of liam was revoked by Maya Ortiz", more: expect.stringContaining("Certificate 413 for web-1, issued") });
    expect(told({ ...off, what: { ...revoked, staff: MAYA } }).text).toBe("Maya Ortiz revoked their own certificate");
    expect(told({ ...off, what: { ...revoked, staff: null, host: null, issued: null } })).toMatchObject({ text: "Certificate 413 was revoked by Maya Ortiz", more: null });
  });

  it("is read by day, filtered and searched", () => {
    expect(days([opened, off], "all", "").map((day) => day.rows.length)).toEqual([1, 1]);
    expect(days([opened, off], "session", "").flatMap((day) => day.rows)).toEqual([opened]);
    expect(days([opened, off], "all", "import").flatMap((day) => day.rows)).toEqual([opened]);
    expect(days([opened, off], "all", "zzz")).toEqual([]);
  });

  it("is right only where every step is, and wrong where any is", () => {
    const steps = (...found: ("right" | "wrong" | "not-looked")[]) => verdict(found.map((f) => ({ found: f })));
    expect([steps("right", "right"), steps("right", "not-looked"), steps("not-looked", "wrong")]).toEqual(["right", "partly", "wrong"]);
  });
});
