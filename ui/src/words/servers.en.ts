/** The words of servers, in English: connecting to them, the SSH key for it, and ending a connection. */
import type { LabelName } from "../backend/bindings";
import { language } from "./language";

const { number, count } = language("en-GB");

export const servers = {
  title: "Servers", shown: (n: number) => count(n, "server", "servers"), search: "Search server, address or person",
  labels: { infrastructure: "Infrastructure", maintenance: "Maintenance" } satisfies Record<LabelName, string>,
  noRole: (label: LabelName) => `Logging in to it takes the role ${servers.labels[label]}.`,
  none: "No server is registered", noneText: "Whoever runs your servers registers them with Doorward. Those that your role is for appear here by themselves.", noMatch: "No server matches", noMatchText: "Change the words in the search: it looks in servers, addresses and whoever is on them.",
  on: (n: number) => (n === 0 ? "Nobody on it" : `${number(n)} on it`), waits: (n: number) => count(n, "certificate", "certificates"),
  key: "Your SSH key", keyNone: "No SSH key is enrolled for the staff key you signed in with, so no server admits you.", enrol: "Enrol SSH key", replace: "Replace", copyKey: "Copy the fingerprint",
  reach: "Reached at", login: "Logs in as", label: "For", as: (login: string, address: string, port: number) => (port === 22 ? `${login}@${address}` : `${login}@${address}, port ${port}`), copyAddress: "Copy the address",
  who: "Who is on it", nobody: "Nobody is on it now.", told: (ago: string) => `As the server told ${ago}.`, neverTold: "The server has not told yet who is connected.",
  since: (at: string) => `Connected since ${at}`, leftConnection: (who: string) => `Left of the connection of ${who}`, leftCertificate: (who: string) => `Left of the certificate of ${who}`,
  left: "left", admits: "Has a certificate that still admits", you: "You",
  connect: "Connect", copyCommand: "Copy the command", end: "End", endOne: (who: string, host: string) => `End the connection of ${who} to ${host}`,
};

/** A connection that is asked for. */
export const connecting = {
  title: (host: string) => `Connect to ${host}`,
  lead: (login: string, address: string) => `Your key is touched for this server and this reason. You get a certificate that admits ${login}@${address} for some minutes; the connection may last for hours.`,
  reason: "Reason", reasonPlaceholder: "What you are going to do there", reasonHint: "It stays with the certificate, for whoever looks after. 3 to 500 characters.", ticket: "Ticket",
  terminal: "Open a terminal with it", go: "Touch key and connect", connecting: "Connecting…", cancel: "Cancel", done: "Done",
  opened: (host: string) => `A terminal is open with ${host}. Its window asks for your SSH key.`,
  ready: "The certificate is there", readyText: "Paste this into a terminal on this computer.", noTerminal: "No terminal was found on this desktop", noTerminalText: "The certificate is there all the same. Paste this into a terminal on this computer.",
  copy: "Copy the command", left: "The certificate admits for", until: (at: string) => `The connection ends by ${at} at the latest.`,
  agent: "Your SSH key is in no file in .ssh on this computer. Your SSH agent must have it, or ssh is refused.",
};

export const sshKey = {
  title: "Enrol your SSH key", lead: "By its public half. The private half stays where it is: in your hardware key, or in its file.",
  replaces: "It takes the place of the one you have. Whoever is connected by that is out, and it cannot be enrolled again.",
  here: "Keys on this computer", other: "Another key", hardware: "in a hardware key", file: "in a file", none: "No SSH key was found in .ssh on this computer.",
  make: "A key on a hardware key is best. Make one in a terminal, then open this again:", makeLine: "ssh-keygen -t ed25519-sk -O verify-required", copyLine: "Copy the line",
  text: "Public key", placeholder: "sk-ssh-ed25519@openssh.com AAAA…", hint: "One line, as in a file that ends in .pub.",
  wrong: "This is no line of a public key of a kind that is taken: Ed25519 or ECDSA, best one made on a hardware key.", private: "This is a private key. Do not paste it anywhere; take the file beside it that ends in .pub.",
  taken: "This key was enrolled before, by you or by somebody else. A key that was replaced does not come back: make another.",
  go: "Touch key and enrol", enrolling: "Enrolling…", cancel: "Cancel", done: "Your SSH key is enrolled.",
};

export const disconnect = {
  title: (who: string, host: string) => `End the connection of ${who} to ${host}`, own: (host: string) => `End your connection to ${host}`,
  connected: (at: string) => `Connected since ${at}: whatever runs in that terminal is cut off at once.`, notConnected: "Nobody is connected by it. The certificate admits nobody any more.",
  both: "The certificate admits nobody any more either.", queued: "No server in reach: the certificate is gone from this computer, and the server hears of it first thing. Until then a connection goes on.",
  go: "End connection", touch: "Touch key and end", cancel: "Cancel", done: (host: string) => `The connection to ${host} is over.`, queuedDone: "The server hears of it as soon as it is back.",
};
