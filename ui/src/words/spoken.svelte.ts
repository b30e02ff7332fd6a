/** Which catalogue is spoken. Whatever shows a word is drawn again when another language is chosen. */
import * as en from "./en";

export type Catalogue = typeof en;
type Name = keyof Catalogue;

let spoken = $state.raw<Catalogue>(en);

export function speak(catalogue: Catalogue): void {
  spoken = catalogue;
}

/** The tag of the language that is spoken, for dates and for the document. */
export const tag = (): string => spoken.said.tag;

/** One part of the catalogue, in whatever language is spoken at the moment it is read. */
export function live<N extends Name>(name: N): Catalogue[N] {
  const said = (): object => spoken[name];
  return new Proxy<object>(en[name], {
    get: (_, word) => Reflect.get(said(), word),
    apply: (_, self, given) => Reflect.apply(said() as () => unknown, self, given),
  }) as Catalogue[N];
}
