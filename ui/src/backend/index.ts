/** What the page asks and hears, whoever answers: the console, or the fake in a browser. */
import type { commands, ConsoleEvent, Problem } from "./bindings";

export type Commands = typeof commands;

export interface Backend {
  commands: Commands;
  /** Hears every event from now on; gives back how to stop. */
  listen(hear: (event: ConsoleEvent) => void): Promise<() => void>;
}

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Problem };

/** A refusal as something to throw: carries the code, never words. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

/** The answer itself; a refusal is thrown. */
export async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked;
  if (answer.status === "error") throw new Refused(answer.error);
  return answer.data;
}

/** The problem in whatever was thrown. What is not a refusal is a fault of ours. */
export function problemOf(thrown: unknown): Problem {
  return thrown instanceof Refused ? thrown.problem : { code: "internal", why: null, request: null, model: null, retry_after: null };
}
