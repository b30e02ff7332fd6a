/** How one person likes the page: kept on this machine, worn by the document. Nothing of anybody's data is in it. */
import { choose, type Hours } from "../formats.svelte";
import { catalogues, type Language, speak, tag } from "../words";

export type Theme = "system" | "light" | "dark";
export type Contrast = "system" | "more";
/** Besides the two: the name of a zone, as in "Europe/Paris". */
export type Zone = string;
export type Motion = "system" | "less";
/** Minutes that read-write may lie idle. */
export type Idle = "2" | "5" | "10" | "15";
export interface Choices {
  language: "system" | Language;
  theme: Theme;
  contrast: Contrast;
  zone: Zone;
  hours: Hours;
  motion: Motion;
  idle: Idle;
}

export const OPTIONS = {
  language: ["system", "en", "de"],
  theme: ["system", "light", "dark"],
  contrast: ["system", "more"],
  zone: ["system", "utc"],
  hours: ["24", "12"],
  motion: ["system", "less"],
  idle: ["2", "5", "10", "15"],
} as const satisfies { [K in keyof Choices]: readonly Choices[K][] };

/** Every zone that has a name here, by its region. */
export function zones(): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const zone of Intl.supportedValuesOf("timeZone").filter((name) => name.includes("/"))) {
    const region = zone.slice(0, zone.indexOf("/"));
    out.set(region, [...(out.get(region) ?? []), zone]);
  }
  return out;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "" && name.includes("/");
  } catch {
    return false;
  }
}

const KEYS = Object.keys(OPTIONS) as (keyof Choices)[];
const FIRST: Choices = { language: "system", theme: "system", contrast: "system", zone: "system", hours: "24", motion: "system", idle: "5" };

function read(): Choices {
  const kept = KEYS.map((key) => {
    const value = localStorage.getItem(key) ?? "";
    return [key, (OPTIONS[key] as readonly string[]).includes(value) || (key === "zone" && isZone(value)) ? value : FIRST[key]];
  });
  return Object.fromEntries(kept) as Choices;
}

/** The first of the system's languages that there is a catalogue for. */
function ofSystem(): Language {
  const known = navigator.languages.map((tag) => tag.split("-")[0] ?? "").find((tag) => tag in catalogues);
  return (known as Language | undefined) ?? "en";
}

export class Settings {
  choices = $state.raw<Choices>(FIRST);
  #dark = false;
  #more = false;

  /** Reads what was chosen and dresses the document, now and whenever the system changes its mind. */
  start(): void {
    this.choices = read();
    const [dark, more] = [matchMedia("(prefers-color-scheme: dark)"), matchMedia("(prefers-contrast: more)")];
    const follow = () => {
      [this.#dark, this.#more] = [dark.matches, more.matches];
      this.#wear();
    };
    follow();
    for (const wish of [dark, more]) wish.addEventListener("change", follow);
    addEventListener("languagechange", follow);
  }

  choose<K extends keyof Choices>(key: K, value: Choices[K]): void {
    this.choices = { ...this.choices, [key]: value };
    localStorage.setItem(key, value);
    this.#wear();
  }

  /** Light to dark and back: what is seen now decides which way. */
  turn(): void {
    this.choose("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  }

  #wear(): void {
    const { language, theme, contrast, zone, hours, motion } = this.choices;
    const { dataset } = document.documentElement;
    dataset.theme = theme === "system" ? (this.#dark ? "dark" : "light") : theme;
    dataset.contrast = contrast === "more" || this.#more ? "more" : "normal";
    dataset.motion = motion === "less" ? "less" : "normal";
    speak(catalogues[language === "system" ? ofSystem() : language]);
    document.documentElement.lang = tag();
    choose(zone === "system" ? undefined : zone === "utc" ? "UTC" : zone, hours, tag());
  }
}
