/** How a language writes numbers, plurals and lists: what a catalogue is made with. */
export function language(tag: string) {
  const rules = new Intl.PluralRules(tag);
  const numbers = new Intl.NumberFormat(tag);
  const lists = new Intl.ListFormat(tag);
  const number = (n: number) => numbers.format(n);
  return {
    tag,
    number,
    count: (n: number, one: string, other: string) => `${number(n)} ${rules.select(n) === "one" ? one : other}`,
    /** "a, b and c" */
    list: (parts: string[]) => lists.format(parts),
  };
}
