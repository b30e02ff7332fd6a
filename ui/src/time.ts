/** Times as people read them. Takes instants and lengths, reads no clock. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const rules = new Intl.PluralRules("en");
const plural = (n: number, one: string, other: string) => `${n} ${rules.select(n) === "one" ? one : other}`;

/** A length in words, rounded down: "12 days 4 h", "4 h 12 min", "12 min", "40 s". Never below zero. */
export function lengthWords(ms: number): string {
  const left = Math.max(0, ms);
  const [d, h, m, s] = [Math.floor(left / DAY), Math.floor((left % DAY) / HOUR), Math.floor((left % HOUR) / MINUTE), Math.floor((left % MINUTE) / SECOND)];
  if (d > 0) return h > 0 ? `${plural(d, "day", "days")} ${h} h` : plural(d, "day", "days");
  if (h > 0) return m > 0 ? `${h} h ${m} min` : `${h} h`;
  return m > 0 ? `${m} min` : `${s} s`;
}

/** A length as a running clock: "14:59", "1:02:09". */
export function lengthClock(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / SECOND));
  const [h, m, s] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** For machines and screen readers: ISO 8601, "PT14M59S". */
export const lengthIso = (ms: number) => `PT${Math.max(0, Math.floor(ms / SECOND))}S`;

export function makeFormats(zone?: string) {
  const at = (options: Intl.DateTimeFormatOptions, timeZone = zone) => new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
  const day = at({ day: "numeric", month: "short", year: "numeric" });
  const dayShort = at({ day: "numeric", month: "short" });
  const hour = at({ hour: "2-digit", minute: "2-digit" });
  const hourZone = at({ hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  const hourUtc = at({ hour: "2-digit", minute: "2-digit" }, "UTC");
  const dayUtc = at({ day: "numeric", month: "short", year: "numeric" }, "UTC");
  return {
    /** "5 Dec 2026, 14:02 CET · 13:02 UTC": exact, zone said, UTC beside it. */
    exact(ms: number): string {
      const here = `${day.format(ms)}, ${hourZone.format(ms)}`;
      if (here.endsWith(" UTC")) return here;
      const other = dayUtc.format(ms) === day.format(ms) ? "" : `${dayUtc.format(ms)}, `;
      return `${here} · ${other}${hourUtc.format(ms)} UTC`;
    },
    /** "14:02, 23 Nov" */
    stamp: (ms: number) => `${hour.format(ms)}, ${dayShort.format(ms)}`,
    hour: (ms: number) => hour.format(ms),
    date: (ms: number) => day.format(ms),
    dateHour: (ms: number) => `${day.format(ms)}, ${hour.format(ms)}`,
  };
}

export const formats = makeFormats();
