/** Every word the page says, in one catalogue. Codes come in, sentences go out. */
import type { EndedBy, KeyPurpose, ModeName, PlanName, RoleName, SettingName, Why } from "./backend/bindings";

const rules = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat("en-GB");

export const number = (n: number) => numbers.format(n);
export const count = (n: number, one: string, other: string) => `${number(n)} ${rules.select(n) === "one" ? one : other}`;
/** "a, b and c" */
export const list = (parts: string[]) => new Intl.ListFormat("en-GB").format(parts);

export const modes: Record<ModeName, string> = { "read-only": "Read-only", "read-write": "Read-write" };
export const plans: Record<PlanName, string> = { standard: "Standard", premium: "Premium" };
export const settings: Record<SettingName, { name: string; short: string }> = {
  "support-team-access": { name: "Support Team Access", short: "Support" },
  "customer-success-team-access": { name: "Customer Success Team Access", short: "Customer Success" },
};
export const roles: Record<RoleName, string> = {
  "technical-support": "Technical Support",
  csm: "Customer Success",
  "security-admin": "Security admin",
  "infrastructure-engineer": "Infrastructure",
  maintenance: "Maintenance",
};

/** Why not (more), as a whole sentence. */
export const whys: Record<Why, string> = {
  "unknown-staff": "Doorward does not know you as staff.",
  "staff-suspended": "You are suspended. A security admin can reinstate you.",
  "unknown-key": "Doorward does not know this key.",
  "key-of-another": "This key belongs to somebody else.",
  "key-revoked": "Your key has been revoked.",
  "unknown-account": "Doorward does not know this account.",
  "no-role": "Your role gives no access here. It takes support duty or Customer Success.",
  "outside-duty": "Your support duty is not open now. A security admin sets its window.",
  "not-granted": "The account has not switched on the access that your role needs.",
  "grant-over": "The access has run out. The account can switch it on again.",
  "read-only-for-you": "Support Team Access is read-only. Changes are for the account’s Primary CSM.",
  "primary-csm-only": "Changes are for the account’s Primary CSM.",
  "ticket-missing": "Support access must name the ticket it serves.",
  "touch-missing": "A read-write session needs a fresh touch of your key.",
  "touch-for-something-else": "The touch was given for something else. Open the session again.",
  "sign-in-over": "Your sign-in is over. Sign in again.",
  "other-account": "The session was opened for another account.",
  "read-only-session": "This session is read-only, so nothing was changed. Changes need a read-write session.",
  "session-over": "The session’s time is up.",
  "session-ended": "The session has been ended.",
  "standing-taken": "The role or duty that this session stood on was taken away.",
  "not-permitted": "You are not permitted to do this.",
  "premium-only": "Customer Success Team Access is for Premium accounts.",
  "grant-too-long": "An access lasts at most 180 days.",
  "grant-needs-end": "This access needs an end.",
  "grant-ends-in-past": "The access would end in the past.",
};

/** What ended a session (or a sign-in): what happened, and what is to be done. */
export const endings: Record<EndedBy, { title: string; text: string }> = {
  you: { title: "You ended the session", text: "The account’s history says so. Nothing of the account is kept here." },
  "signed-out": { title: "You signed out", text: "All your sessions ended with your sign-in." },
  "security-admin": { title: "A security admin ended the session", text: "Ask your security team before you open another." },
  replaced: { title: "Another read-write session took its place", text: "One person has one read-write session at a time." },
  "time-up": { title: "The session’s time is up", text: "Open another while the account’s invitation lasts." },
  "customer-switched-off": { title: "The customer switched access off", text: "The invitation is withdrawn at once and for every session that stood on it. Only the customer can invite again." },
  "grant-ran-out": { title: "The customer’s invitation ran out", text: "It ended at the time the customer chose. Only the customer can invite again." },
  "key-revoked": { title: "Your key was revoked", text: "Everything it opened is closed. Sign in with another key, or ask a security admin for an enrolment code." },
  "role-taken": { title: "Your role was taken away", text: "The session stood on it. Ask a security admin if that was a mistake." },
  "duty-ended": { title: "Your support duty ended", text: "The session stood on it. A security admin sets the next window." },
  "primary-csm-changed": { title: "The account has another Primary CSM", text: "Changes are for the Primary CSM. You may still be able to read." },
  "staff-suspended": { title: "You were suspended", text: "Everything you had open is closed. Speak to your security team." },
  "sign-in-over": { title: "Your sign-in ran out", text: "Sign in with your key to go on." },
  unknown: { title: "The session is closed", text: "The server no longer accepts it. Look at the list for what you may open now." },
};

export function purpose(p: KeyPurpose): string {
  switch (p.purpose) {
    case "sign-in": return "to sign in";
    case "unlock": return "to unlock this console";
    case "enrol": return "to enrol it";
    case "read-write": return `to open a read-write session on ${p.account_name}`;
    case "revoke-key": return `to revoke the key “${p.key_name}”`;
  }
}

export const signIn = {
  title: "Sign in",
  lead: "With your handle and your staff key.",
  handle: "Handle",
  go: "Continue with key",
  enrol: "Enrol a key",
  review: "Review offline",
};

export const enrol = {
  title: "Enrol a key",
  lead: "A security admin gives you a one-time code. Have the new key at hand.",
  code: "One-time code",
  name: "Name of the key",
  nameHint: "So that you know it again, such as “Blue key on my ring”.",
  go: "Continue with key",
  back: "Back to sign-in",
  done: "The key is enrolled",
  doneText: (handle: string) => `Sign in with the handle ${handle}.`,
};

export const key = {
  title: "Staff key",
  insert: "Plug in your key",
  insertText: (why: string) => `You need it ${why}.`,
  choose: "Touch the key you want to use",
  chooseText: "Several keys are plugged in. The one you touch is used.",
  pin: "Enter the PIN of your key",
  pinLabel: "PIN",
  pinText: (why: string) => `It goes to the key and nowhere else. You need it ${why}.`,
  wrong: "That PIN was not right.",
  retries: (n: number) => `${count(n, "try", "tries")} left before the key locks itself.`,
  go: "Continue",
  touch: "Touch your key",
  touchText: (why: string) => `It blinks. The touch serves once, ${why}.`,
  checking: "Checking with the server",
  noPin: "This key has no PIN",
  noPinText: "Set one with your system’s key settings or the maker’s tool, then try again.",
  replug: "The key is locked for now",
  replugText: "Too many wrong PINs in a row. Take it out and plug it in again.",
  blocked: "The key is locked",
  blockedText: "Too many wrong PINs. It must be reset and enrolled anew. Ask a security admin for a code.",
  notYours: "This is not one of your keys",
  notYoursText: "Use the key that you enrolled, or enrol this one first.",
  cancel: "Cancel",
};

export const shell = {
  accounts: "Accounts", keys: "Staff keys", sessions: "Open sessions", noSessions: "None open",
  signOut: "Sign out", shortcuts: "Keyboard shortcuts", theme: "Switch between light and dark",
  online: "Up to date", reconnecting: "Reconnecting", offline: "Offline",
  feed: (n: number) => `${count(n, "entry", "entries")} verified`,
  asOf: (stamp: string, ago: string) => `As of ${stamp} (${ago} ago)`,
  asOfNever: "Nothing cached yet",
  offlineText: "Shown from this console’s verified copy. Nothing opens until the server is back.",
  reconnectingText: "The copy is no longer fresh. Nothing opens until it is.",
  signInEnds: (left: string) => `Signed in for ${left} more`,
  review: "Offline review", main: "Main",
};

export const accounts = {
  title: "Accounts", search: "Search by name or id", empty: "No account has granted access",
  emptyText: "Customers invite you under Settings > Account Settings > Privacy & Data. As soon as one does, it appears here by itself.",
  noMatch: "Nothing matches", noMatchText: "Change the words or the filter.", clear: "Show all",
  copy: "Copy the instructions", copied: "Copied",
  instructions: "To let our team in: open Settings > Account Settings > Privacy & Data, switch on Support Team Access or Customer Success Team Access, and choose until when. You can switch it off at any time; it takes effect at once.",
  list: "Accounts that have invited you", shown: (n: number, all: number) => (n === all ? count(n, "account", "accounts") : `${number(n)} of ${count(all, "account", "accounts")}`),
  filters: { all: "All", mine: "Mine", "read-only": "Read-only", "read-write": "Read-write", ending: "Ending soon" },
  sortLabel: "Sort", sorts: { ending: "Ending first", name: "Name", newest: "Newest first" },
  may: "You may", invited: "Invited by", ends: "Time left", indefinite: "Indefinitely", none: "No access",
  noName: "Name not known", primary: "Primary CSM", nobody: "Nobody", you: "you", on: "On", off: "Off",
  grantedBy: (who: string | null) => `by ${who ?? "a user whose name is not known"}`,
  granted: (at: string) => `since ${at}`, ending: (at: string) => `Ends ${at}`, over: "Run out",
  open: { "read-only": "Open read-only", "read-write": "Open read-write" }, goTo: "Go to the open session", plan: "Plan", id: "Id",
  choose: "Choose an account", chooseText: "Its invitations and what you may do there are shown here.",
  whyTitle: "Why not more", everything: "Everything this console can open.",
  indefiniteText: "Until the customer switches it off",
};

export const open = {
  title: (name: string) => `Open ${name}`, mode: "Mode", reason: "Reason", ticket: "Support ticket",
  reasonHint: "The customer reads this in the account’s history. 3 to 500 characters.",
  reasonPlaceholder: "What you are going to look at, and for whom",
  ticketNeeded: "Support access must name the ticket it serves.", ticketOptional: "If there is one.",
  ticketWrong: "Letters, digits and # - _ . / only, at most 64.", reasonWrong: "Say in 3 to 500 characters why.",
  modeTexts: { "read-only": "Look, change nothing. Up to 60 minutes.", "read-write": "Change attributes. Up to 15 minutes, with a touch of your key." },
  go: { "read-only": "Open read-only", "read-write": "Touch key and open" }, cancel: "Cancel", opening: "Opening…",
};

export const session = {
  banner: (mode: ModeName) => `${modes[mode]} session`, left: "left", end: "End session", ticket: "Ticket",
  tabs: { workspaces: "Workspaces", people: "People", messages: "Messages" }, warnAt: (left: string) => `The session ends in ${left}.`,
  ended: { label: "Session ended", at: (t: string) => `at ${t}`, gone: "Nothing of this account is kept on this console.", back: "Back to accounts" },
  loading: "Loading", more: "Load more", retry: "Try again",
};

export const workspaces = { title: "Workspaces", people: "People", sent: "Messages sent", billable: "Billable", name: "Workspace", none: "This account has no workspaces." };

export const people = {
  title: "People", field: "Attribute", operator: "Condition", value: "Value", eq: "is", exists: "is set", go: "Search", clear: "Clear",
  add: "Add a condition", remove: "Remove this condition", none: "Nobody matches", noneText: "Attributes match exactly, letter by letter.",
  noneAtAll: "This account has no people.", email: "E-mail", id: "Id", cio: "Internal id", search: "E-mail address or attribute value", list: "People found",
};

export const person = {
  back: "People", attributes: "Attributes", activity: "Activity", messages: "Messages", edit: "Edit attributes", add: "Add attribute",
  readOnly: "This session is read-only. To change anything, open a read-write session.", unsubscribed: "Unsubscribed",
  name: "Name", value: "Value", set: "Last set", save: "Review changes", cancel: "Cancel", noChange: "Nothing changed yet.",
  preview: "Review the change", previewText: (n: number) => `${count(n, "attribute changes", "attributes change")}. The account’s history will show who changed them; the values stay out of it.`,
  was: "Was", becomes: "Becomes", absent: "not set", removed: "removed", apply: "Apply change", applied: "Changed", keep: "Back to editing",
  remove: "Remove", undoRemove: "Keep", noActivity: "No activity in the last 30 days.", noMessages: "No messages.", devices: "Devices",
};

export const messages = {
  title: "Messages", kind: "Type", all: "All types", metric: "Outcome", anyMetric: "Any outcome", subject: "Subject", to: "To", sent: "Created", none: "No messages match.",
  open: "Show content", openText: "Reading the content is written to the account’s history.", content: "Content", from: "From", noSubject: "No subject", close: "Close",
};

export const keys = {
  title: "Staff keys", lead: "Each key opens what its owner may open, until it is revoked.", mine: "Your keys", others: "Everybody else’s", name: "Key", owner: "Staff",
  model: "Model", enrolled: "Enrolled", used: "Last used", never: "Never", state: "State", inUse: "In use here", revoked: "Revoked", active: "Active",
  revoke: "Revoke", revokeTitle: (name: string) => `Revoke “${name}”`, revokeLead: "This cannot be undone. The key can only be enrolled anew.",
  effects: "What ends at once", effectSessions: (n: number) => count(n, "open session", "open sessions"), effectSignIns: (n: number) => count(n, "sign-in", "sign-ins"),
  effectNone: "Nothing is open with it.", lastAdmin: "It is the last key that can administer Doorward. Nobody could enrol or revoke keys afterwards.",
  signsOut: "You are signed in with it: this console signs you out.", queued: "No server in reach: it takes effect on this console at once and everywhere as soon as the server is back.",
  type: (name: string) => `Type ${name} to confirm`, go: "Revoke key", cancel: "Cancel", done: (name: string) => `“${name}” is revoked.`, search: "Search staff or key", none: "No key matches.",
};

export const shortcuts = {
  title: "Keyboard shortcuts", close: "Close",
  rows: [
    ["/", "Search"], ["j / k", "Next, previous account"], ["Enter", "Open, or go to, the chosen account"], ["w", "Open read-write"],
    ["g a", "Accounts"], ["g k", "Staff keys"], ["1 2 3", "In a session: workspaces, people, messages"], ["?", "This sheet"], ["Esc", "Close, or leave the search"],
  ] as [string, string][],
};

export const general = { dismiss: "Dismiss", request: "Request", notices: "Notices" };
