/** Personal data as it is shown to whoever looks over a shoulder or at a shared screen: recognised, not read. */
const EMAIL = /^([^\s@])[^\s@]*(@[^\s@]+)$/;
const PERSONAL = /e-?mail|phone|mobile|(^|_)(first|last|full|sur|given|family)_?name|^name$|street|address|birth|post_?code|^zip/i;
const DOTS = "•••";

/** “karin@example.com” as “k•••@example.com”; anything else as its first letter. */
export function mask(text: string): string {
  const mail = EMAIL.exec(text);
  if (mail) return `${mail[1]}${DOTS}${mail[2]}`;
  return text === "" ? "" : `${[...text][0]}${DOTS}`;
}

export const isEmail = (text: string) => EMAIL.test(text);
/** An address is masked wherever it stands; other values where the attribute's name says what they are. */
export const isPersonal = (name: string, value: string) => value !== "" && (isEmail(value) || PERSONAL.test(name));
/** A text of unknown kind, such as a recipient: masked where it is an address. */
export const maskEmail = (text: string) => (isEmail(text) ? mask(text) : text);
