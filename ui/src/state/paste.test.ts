import { expect, test } from "vitest";
import { clues, owns } from "./paste";

test("an id, alone or in a sentence", () => {
  expect(clues("  acct-7ps ").ids[0]).toBe("acct-7ps");
  expect(clues("account: ACCT-7PS (urgent)").ids).toContain("acct-7ps");
});

test("a ticket by its number or in its address, and the account named beside it", () => {
  expect(clues("T-20417").ticket).toBe("T-20417");
  expect(clues("#20417").ticket).toBe("#20417");
  expect(clues("https://help.example.com/agent/tickets/20417?account=acct-7ps")).toEqual({ ids: ["acct-7ps", "20417", "tickets", "agent"], ticket: "20417", email: null });
  expect(clues("https://tracker.example.com/browse/SUP-9").ticket).toBe("SUP-9");
  expect(clues("https://app.example.com/accounts/acct-7ps/people").ids).toContain("acct-7ps");
  expect(clues("https://help.example.com/%E0%A4%A").ids).toEqual([]);
});

test("an e-mail address by itself or in a line", () => {
  expect(clues("Karin <karin@harbourfreight.co.uk> wrote").email).toEqual({ whole: "karin@harbourfreight.co.uk", domain: "harbourfreight.co.uk" });
  expect(clues("plain words").email).toBeNull();
});

test("a domain belongs to the account that is named like it; a public mail host to nobody", () => {
  expect(owns("Harbour Freight Ltd", "harbourfreight.com")).toBe(true);
  expect(owns("Harbour Freight", "mail.harbourfreight.co.uk")).toBe(true);
  expect(owns("Harbour Labs", "harbourfreight.com")).toBe(false);
  expect(owns("Gmail Partners", "gmail.com")).toBe(false);
  expect(owns("", "harbour.com")).toBe(false);
});
