/** How each problem looks: one table from code to severity, words and the next action. */
import type { ErrorCode, Problem } from "./backend/bindings";
import { whys } from "./words";

export type Severity = "calm" | "warn" | "bad";
export type Action = "retry" | "sign-in" | "none";
export interface Shown {
  severity: Severity;
  title: string;
  text: string;
  action: Action;
}

const row = (severity: Severity, title: string, text: string, action: Action = "none"): Shown => ({ severity, title, text, action });

const table: Record<ErrorCode, Shown> = {
  offline: row("warn", "No server in reach", "What is cached stays in view. Nothing opens until the server is back.", "retry"),
  cancelled: row("calm", "Cancelled", "Nothing was done.", "retry"),
  "key-timed-out": row("warn", "The key was not touched in time", "Nothing was done. Try again and touch it while it blinks.", "retry"),
  "key-failed": row("bad", "The key did not answer", "Take it out, plug it in again and try once more.", "retry"),
  "key-no-permission": row("bad", "This system does not let Doorward use the key", "Your user may not open security keys. Log in to the desktop itself, or ask for udev 244 or newer."),
  "no-key-ceremony": row("calm", "The key is not being asked for anything", "Begin again.", "retry"),
  "signed-out": row("warn", "You are signed out", "Sign in with your key to go on.", "sign-in"),
  "session-not-open": row("warn", "The session is not open", "Open it again from the list of accounts."),
  "tls-failed": row("bad", "The connection is not safe", "The server could not prove who it is, so nothing was sent. Tell your security team.", "retry"),
  "copy-refused": row("bad", "This console’s copy did not verify", "It is refused and fetched anew. Nothing was shown from it.", "retry"),
  "bad-request": row("bad", "The server did not understand", "Nothing was done. If it happens again, report the request’s number."),
  "not-signed-in": row("warn", "Your sign-in is over", "Sign in with your key to go on.", "sign-in"),
  "other-certificate": row("bad", "The sign-in belongs to another console", "Sign in again on this one.", "sign-in"),
  denied: row("warn", "Not permitted", "The policy says no."),
  "not-found": row("warn", "It is not there", "It may have been removed in the meantime."),
  "ceremony-gone": row("warn", "That took too long", "A touch serves once and for two minutes. Begin again.", "retry"),
  "key-refused": row("bad", "The server did not accept this key", "Use a key that you enrolled, of a model that your security team trusts.", "retry"),
  "code-refused": row("bad", "This code is not valid", "It may be used up or too old. Ask a security admin for another.", "retry"),
  conflict: row("warn", "It has changed in the meantime", "Nothing was done. Look at it again, then repeat.", "retry"),
  "too-many-requests": row("warn", "Too many requests", "Wait a moment, then try again.", "retry"),
  "too-large": row("warn", "Too much at once", "Nothing was done. Ask for less."),
  "timed-out": row("warn", "No answer in time", "It is not known whether it was done. Look before you repeat it.", "retry"),
  "not-fresh": row("warn", "The gateway lets nothing pass just now", "Its copy is not fresh. It refuses until it is; usually a few seconds.", "retry"),
  "route-refused": row("warn", "This is not part of what sessions may do", "The gateway refuses it for everyone."),
  "upstream-unreachable": row("warn", "The customer’s data cannot be reached", "Your session stands. The system behind it does not answer.", "retry"),
  unavailable: row("warn", "The server is busy or being restarted", "Nothing was done.", "retry"),
  internal: row("bad", "Something broke on our side", "Report the request’s number; it names the log line.", "retry"),
};

/** How a problem is shown. A denial says why in its own words. */
export function shown(problem: Problem): Shown {
  const base = table[problem.code];
  return problem.why === null ? base : { ...base, text: whys[problem.why] };
}
