import { expect, test } from "vitest";
import { DAY, HOUR, lengthClock, lengthIso, lengthWords, makeFormats, MINUTE, SECOND } from "./time";

test("a length is told in its two largest parts, rounded down", () => {
  const told: [number, string][] = [
    [12 * DAY + 4 * HOUR + 59 * MINUTE, "12 days 4 h"], [DAY, "1 day"], [DAY - 1, "23 h 59 min"], [4 * HOUR, "4 h"], [HOUR + MINUTE, "1 h 1 min"],
    [MINUTE, "1 min"], [MINUTE - 1, "59 s"], [0, "0 s"], [-5, "0 s"],
  ];
  for (const [ms, words] of told) expect(lengthWords(ms)).toBe(words);
});

test("a running clock never shows zero while anything is left, and never less than nothing", () => {
  expect(lengthClock(15 * MINUTE)).toBe("15:00");
  expect(lengthClock(1)).toBe("00:01");
  expect(lengthClock(HOUR + 2 * MINUTE + 9 * SECOND)).toBe("1:02:09");
  expect(lengthClock(-1)).toBe("00:00");
  expect(lengthIso(899_999)).toBe("PT899S");
});

test("an instant is exact: the zone is named and UTC stands beside it, with its own date where that differs", () => {
  const at = Date.UTC(2026, 11, 5, 13, 2);
  expect(makeFormats("Europe/Paris").exact(at)).toBe("5 Dec 2026, 14:02 CET · 13:02 UTC");
  expect(makeFormats("UTC").exact(at)).toBe("5 Dec 2026, 13:02 UTC");
  expect(makeFormats("Europe/Paris").exact(Date.UTC(2026, 11, 5, 23, 30))).toBe("6 Dec 2026, 00:30 CET · 5 Dec 2026, 23:30 UTC");
  expect(makeFormats("Europe/Paris").stamp(Date.UTC(2026, 10, 23, 13, 2))).toBe("14:02, 23 Nov");
});

test("fields of date and time are read in the zone they are shown in, also where the clocks change", () => {
  for (const zone of ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]) {
    const shown = makeFormats(zone);
    for (const at of [Date.UTC(2026, 6, 5, 13, 2), Date.UTC(2026, 9, 25, 12, 30), Date.UTC(2026, 2, 29, 3, 30), Date.UTC(2026, 11, 31, 23, 59)]) {
      expect(shown.fromField(shown.toField(at))).toBe(at);
      expect(shown.toField(shown.startOfDay(at)).slice(-5)).toBe("00:00");
    }
  }
  expect(makeFormats("Asia/Kolkata").toField(Date.UTC(2026, 6, 5, 13, 2))).toBe("2026-07-05T18:32");
  expect(makeFormats("UTC").fromField("")).toBeNaN();
});

test("dates follow the language", () => {
  const at = Date.UTC(2026, 11, 5, 13, 2);
  expect(makeFormats("Europe/Berlin", "24", "de-DE").exact(at)).toBe("5. Dez. 2026, 14:02 MEZ · 13:02 UTC");
});
