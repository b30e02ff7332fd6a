import { expect, it } from "vitest";
import { HOUR } from "../time";
import { isOld } from "./review";

it("is old after twelve hours without a server, and never with one", () => {
  expect([isOld(false, 0, 12 * HOUR), isOld(false, 0, 12 * HOUR + 1), isOld(true, 0, 99 * HOUR), isOld(false, null, 99 * HOUR)]).toEqual([false, true, false, false]);
});
