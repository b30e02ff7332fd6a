/** What an edit of attributes would change: nothing that stays as it is is sent. */
import type { Attribute, AttributeChange } from "../backend/bindings";

export interface Draft {
  name: string;
  value: string;
  removed: boolean;
  fresh: boolean;
}

export interface Difference {
  name: string;
  was: string | null;
  becomes: string | null;
}

export const drafts = (attributes: Attribute[]): Draft[] => attributes.map(({ name, value }) => ({ name, value, removed: false, fresh: false }));

export function differences(before: Attribute[], after: Draft[]): Difference[] {
  const was = new Map(before.map((a) => [a.name, a.value]));
  return after
    .map((d) => ({ name: d.name.trim(), was: was.get(d.name.trim()) ?? null, becomes: d.removed ? null : d.value }))
    .filter((d) => d.name !== "" && d.was !== d.becomes);
}

/** The first name that is given twice, if any. */
export function twice(after: Draft[]): string | null {
  const names = after.map((d) => d.name.trim()).filter(Boolean);
  return names.find((n, i) => names.indexOf(n) !== i) ?? null;
}

export const changes = (diff: Difference[]): AttributeChange[] => diff.map(({ name, becomes }) => ({ name, value: becomes }));
