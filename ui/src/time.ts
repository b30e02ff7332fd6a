/** Times as people read them. Takes instants and lengths, reads no clock. */
import { lengths } from "./words";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A length in words, rounded down: "12 days 4 h", "4 h 12 min", "12 min", "40 s". Never below zero. */
export function lengthWords(ms: number): string {
  const left = Math.max(0, ms);
  const [d, h, m, s] = [Math.floor(left / DAY), Math.floor((left % DAY) / HOUR), Math.floor((left % HOUR) / MINUTE), Math.floor((left % MINUTE) / SECOND)];
  if (d > 0) return h > 0 ? `${lengths.days(d)} ${lengths.h(h)}` : lengths.days(d);
  if (h > 0) return m > 0 ? `${lengths.h(h)} ${lengths.min(m)}` : lengths.h(h);
  return m > 0 ? lengths.min(m) : lengths.s(s);
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

export { formats, makeFormats } from "./formats.svelte";
