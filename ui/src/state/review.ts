/** When a copy that is shown without a server is so old that it says so. Pure. */
import { HOUR } from "../time";

export const OLD_HOURS = 12;

export const isOld = (online: boolean, asOf: number | null, now: number): boolean => !online && asOf !== null && now - asOf > OLD_HOURS * HOUR;
