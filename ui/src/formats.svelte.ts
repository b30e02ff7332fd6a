/** Instants as people read them, in the zone and manner they chose. What shows one is drawn again when they choose anew. */
export type Hours = "24" | "12";

export function makeFormats(zone?: string, hours: Hours = "24", language = "en-GB") {
  const hour12 = hours === "12";
  const at = (options: Intl.DateTimeFormatOptions, timeZone = zone) => new Intl.DateTimeFormat(language, { timeZone, ...(options.hour ? { hour12 } : {}), ...options });
  const day = at({ day: "numeric", month: "short", year: "numeric" });
  const dayShort = at({ day: "numeric", month: "short" });
  const hour = at({ hour: "2-digit", minute: "2-digit" });
  const second = at({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const hourZone = at({ hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  const hourUtc = at({ hour: "2-digit", minute: "2-digit" }, "UTC");
  const dayUtc = at({ day: "numeric", month: "short", year: "numeric" }, "UTC");
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  /** The clock on the wall there, as if it were one in UTC: what arithmetic on days is made with. */
  const wall = (ms: number) => {
    const told = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(told.year ?? 0, (told.month ?? 1) - 1, told.day, told.hour, told.minute, told.second) + (((ms % 1_000) + 1_000) % 1_000);
  };
  /** The instant at which that clock shows this. An hour that the clocks skip is read as the one after. */
  const instant = (shown: number) => {
    const near = shown - (wall(shown) - shown);
    return near - (wall(near) - shown);
  };
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
    second: (ms: number) => second.format(ms),
    dayShort: (ms: number) => dayShort.format(ms),
    date: (ms: number) => day.format(ms),
    /** For a field of date and time, and back, in the same zone. */
    toField: (ms: number) => new Date(wall(ms)).toISOString().slice(0, 16),
    fromField(text: string): number {
      const shown = new Date(`${text}Z`).getTime();
      return Number.isFinite(shown) ? instant(shown) : Number.NaN;
    },
    /** The midnight before, where this is read. */
    startOfDay(ms: number): number {
      const shown = wall(ms);
      return instant(shown - (shown % 86_400_000));
    },
    dateHour: (ms: number) => `${day.format(ms)}, ${hour.format(ms)}`,
  };
}

type Formats = ReturnType<typeof makeFormats>;
let chosen = $state.raw<Formats>(makeFormats());

export function choose(zone: string | undefined, hours: Hours, language: string): void {
  chosen = makeFormats(zone, hours, language);
}

export const formats: Formats = {
  exact: (ms) => chosen.exact(ms),
  stamp: (ms) => chosen.stamp(ms),
  hour: (ms) => chosen.hour(ms),
  second: (ms) => chosen.second(ms),
  dayShort: (ms) => chosen.dayShort(ms),
  date: (ms) => chosen.date(ms),
  toField: (ms) => chosen.toField(ms),
  fromField: (text) => chosen.fromField(text),
  startOfDay: (ms) => chosen.startOfDay(ms),
  dateHour: (ms) => chosen.dateHour(ms),
};
