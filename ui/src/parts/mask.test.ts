import { expect, test } from "vitest";
import { isPersonal, mask, maskEmail } from "./mask";

test("an address keeps its first letter and its domain; another text its first letter alone", () => {
  expect([mask("karin.kowalski@example.com"), mask("Örjan"), mask("")]).toEqual(["k•••@example.com", "Ö•••", ""]);
  expect([maskEmail("a@b.c"), maskEmail("device-7")]).toEqual(["a•••@b.c", "device-7"]);
});

test("what is personal is told by the value, or by the attribute's name", () => {
  for (const [name, value] of [["contact", "a@b.example"], ["first_name", "Karin"], ["mobile", "0170"], ["billing_address", "Main St 1"], ["birthday", "1990"]] as const) expect(isPersonal(name, value)).toBe(true);
  for (const [name, value] of [["plan", "scale"], ["city", "Graz"], ["created_at", "1748523720"], ["plan_name", "Gold"], ["phone", ""]] as const) expect(isPersonal(name, value)).toBe(false);
});
