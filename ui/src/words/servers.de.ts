/** Die Wörter der Server auf Deutsch: sich verbinden, der SSH-Schlüssel dafür, und eine Verbindung beenden. */
import { language } from "./language";
import type { Catalogue } from "./spoken.svelte";

type Part<N extends keyof Catalogue> = Catalogue[N];

const { number, count } = language("de-DE");

export const servers: Part<"servers"> = {
  title: "Server", shown: (n) => count(n, "Server", "Server"), search: "Server, Adresse oder Person suchen",
  labels: { infrastructure: "Infrastruktur", maintenance: "Wartung" },
  noRole: (label) => `Um sich daran anzumelden, braucht es die Rolle ${servers.labels[label]}.`,
  none: "Kein Server ist registriert", noneText: "Wer Ihre Server betreibt, registriert sie bei Doorward. Die, für die Ihre Rolle gilt, erscheinen hier von selbst.", noMatch: "Kein Server passt", noMatchText: "Ändern Sie die Wörter der Suche: Sie sucht in Servern, Adressen und wer darauf ist.",
  on: (n) => (n === 0 ? "Niemand darauf" : `${number(n)} darauf`), waits: (n) => count(n, "Zertifikat", "Zertifikate"),
  key: "Ihr SSH-Schlüssel", keyNone: "Zu dem Dienstschlüssel, mit dem Sie angemeldet sind, ist kein SSH-Schlüssel registriert; darum lässt Sie kein Server ein.", enrol: "SSH-Schlüssel registrieren", replace: "Ersetzen", copyKey: "Fingerabdruck kopieren",
  reach: "Erreichbar unter", login: "Anmeldung als", label: "Für", as: (login, address, port) => (port === 22 ? `${login}@${address}` : `${login}@${address}, Port ${port}`), copyAddress: "Adresse kopieren",
  who: "Wer darauf ist", nobody: "Gerade ist niemand darauf.", told: (ago) => `Wie der Server ${ago} gemeldet hat.`, neverTold: "Der Server hat noch nicht gemeldet, wer verbunden ist.",
  since: (at) => `Verbunden seit ${at}`, leftConnection: (who) => `Rest der Verbindung von ${who}`, leftCertificate: (who) => `Rest des Zertifikats von ${who}`,
  left: "übrig", admits: "Hat ein Zertifikat, das noch einlässt", you: "Sie",
  connect: "Verbinden", copyCommand: "Befehl kopieren", end: "Beenden", endOne: (who, host) => `Verbindung von ${who} zu ${host} beenden`,
};

export const connecting: Part<"connecting"> = {
  title: (host) => `Mit ${host} verbinden`,
  lead: (login, address) => `Ihr Schlüssel wird für diesen Server und diesen Grund berührt. Sie bekommen ein Zertifikat, das ${login}@${address} einige Minuten lang einlässt; die Verbindung darf Stunden dauern.`,
  reason: "Grund", reasonPlaceholder: "Was Sie dort tun werden", reasonHint: "Er bleibt beim Zertifikat, für alle, die später nachsehen. 3 bis 500 Zeichen.", ticket: "Ticket",
  terminal: "Damit ein Terminal öffnen", go: "Berühren und verbinden", connecting: "Verbindet…", cancel: "Abbrechen", done: "Fertig",
  opened: (host) => `Ein Terminal mit ${host} ist offen. Dort wird nach Ihrem SSH-Schlüssel gefragt.`,
  ready: "Das Zertifikat ist da", readyText: "Fügen Sie das in ein Terminal auf diesem Computer ein.", noTerminal: "Auf diesem Desktop wurde kein Terminal gefunden", noTerminalText: "Das Zertifikat ist trotzdem da. Fügen Sie das in ein Terminal auf diesem Computer ein.",
  copy: "Befehl kopieren", left: "Das Zertifikat lässt noch ein für", until: (at) => `Die Verbindung endet spätestens ${at}.`,
  agent: "Ihr SSH-Schlüssel liegt in keiner Datei in .ssh auf diesem Computer. Ihr SSH-Agent muss ihn haben, sonst wird ssh abgewiesen.",
};

export const sshKey: Part<"sshKey"> = {
  title: "Ihren SSH-Schlüssel registrieren", lead: "Mit seiner öffentlichen Hälfte. Die private bleibt, wo sie ist: in Ihrem Hardwareschlüssel oder in ihrer Datei.",
  replaces: "Er tritt an die Stelle des bisherigen. Wer mit jenem verbunden ist, ist draußen, und er lässt sich nicht wieder registrieren.",
  here: "Schlüssel auf diesem Computer", other: "Ein anderer Schlüssel", hardware: "in einem Hardwareschlüssel", file: "in einer Datei", none: "In .ssh auf diesem Computer wurde kein SSH-Schlüssel gefunden.",
  make: "Am besten ist ein Schlüssel auf einem Hardwareschlüssel. Machen Sie einen in einem Terminal, und öffnen Sie das hier danach neu:", makeLine: "ssh-keygen -t ed25519-sk -O verify-required", copyLine: "Zeile kopieren",
  text: "Öffentlicher Schlüssel", placeholder: "sk-ssh-ed25519@openssh.com AAAA…", hint: "Eine Zeile, wie in einer Datei, die auf .pub endet.",
  wrong: "Das ist keine Zeile eines öffentlichen Schlüssels von einer Art, die angenommen wird: Ed25519 oder ECDSA, am besten auf einem Hardwareschlüssel.", private: "Das ist ein privater Schlüssel. Fügen Sie ihn nirgends ein; nehmen Sie die Datei daneben, die auf .pub endet.",
  taken: "Dieser Schlüssel wurde schon einmal registriert, von Ihnen oder jemand anderem. Ein ersetzter Schlüssel kommt nicht wieder: Machen Sie einen neuen.",
  go: "Berühren und registrieren", enrolling: "Registriert…", cancel: "Abbrechen", done: "Ihr SSH-Schlüssel ist registriert.",
};

export const disconnect: Part<"disconnect"> = {
  title: (who, host) => `Verbindung von ${who} zu ${host} beenden`, own: (host) => `Ihre Verbindung zu ${host} beenden`,
  connected: (at) => `Verbunden seit ${at}: Was in jenem Terminal läuft, wird sofort abgeschnitten.`, notConnected: "Niemand ist damit verbunden. Das Zertifikat lässt niemanden mehr ein.",
  both: "Auch das Zertifikat lässt niemanden mehr ein.", queued: "Kein Server erreichbar: Das Zertifikat ist von diesem Computer verschwunden, und der Server hört es als Erstes. Bis dahin geht eine Verbindung weiter.",
  go: "Verbindung beenden", touch: "Berühren und beenden", cancel: "Abbrechen", done: (host) => `Die Verbindung zu ${host} ist vorbei.`, queuedDone: "Der Server hört es, sobald er wieder da ist.",
};
