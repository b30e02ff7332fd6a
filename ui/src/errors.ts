/** How each problem looks: one table from code to severity and the next action. Its words are in the catalogue. */
import type { ErrorCode, Problem } from "./backend/bindings";
import { problems, untrusted, whys } from "./words";

export type Severity = "calm" | "warn" | "bad";
export type Action = "retry" | "sign-in" | "none";
export interface Shown {
  severity: Severity;
  title: string;
  /** What happened. */
  text: string;
  /** What is still true. */
  still: string;
  /** What to do. */
  todo: string;
  action: Action;
}

const row = (severity: Severity, action: Action = "none") => ({ severity, action });

const table: Record<ErrorCode, { severity: Severity; action: Action }> = {
  offline: row("warn", "retry"),
  cancelled: row("calm", "retry"),
  "key-timed-out": row("warn", "retry"),
  "key-failed": row("bad", "retry"),
  "key-unplugged": row("warn", "retry"),
  "key-no-permission": row("bad"),
  "no-key-ceremony": row("calm", "retry"),
  "signed-out": row("warn", "sign-in"),
  "session-not-open": row("warn"),
  "tls-failed": row("bad", "retry"),
  locked: row("warn"),
  "copy-refused": row("bad", "retry"),
  "not-saved": row("warn", "retry"),
  "not-proven": row("bad", "retry"),
  "bad-request": row("bad"),
  "not-signed-in": row("warn", "sign-in"),
  "other-certificate": row("bad", "sign-in"),
  denied: row("warn"),
  "not-found": row("warn"),
  "ceremony-gone": row("warn", "retry"),
  "key-refused": row("bad", "retry"),
  "code-refused": row("bad", "retry"),
  conflict: row("warn", "retry"),
  "too-many-requests": row("warn", "retry"),
  "too-large": row("warn"),
  "timed-out": row("warn", "retry"),
  "not-fresh": row("warn", "retry"),
  "route-refused": row("warn"),
  "upstream-unreachable": row("warn", "retry"),
  unavailable: row("warn", "retry"),
  internal: row("bad", "retry"),
};

/** How a problem is shown. A denial says why in its own words. */
export function shown(problem: Problem): Shown {
  const base = { ...table[problem.code], ...problems[problem.code] };
  if (problem.model !== null) return { ...base, title: untrusted.title, text: untrusted.text(problem.model) };
  return problem.why === null ? base : { ...base, text: whys[problem.why] };
}
