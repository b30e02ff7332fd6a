/** Every word the page says, in English. Codes come in, sentences go out. The other catalogues have the shape of this one. */
import type { EndedBy, ErrorCode, KeptBy, LockedBy, ModeName, Notice, NoticeKind, PlanName, RoleName, SettingName, TrayState, TrayView, Why } from "../backend/bindings";
import { language } from "./language";

export const said = language("en-GB");
export const { number, count, list } = said;
export * from "./purposes.en";
export * from "./servers.en";

/** Lengths of time. */
export const lengths = { days: (n: number) => count(n, "day", "days"), h: (n: number) => `${n} h`, min: (n: number) => `${n} min`, s: (n: number) => `${n} s`, lately: "less than a minute ago", ago: (length: string) => `${length} ago` };

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
  "unknown-host": "Doorward does not know this server.",
  "other-host": "The certificate is for another server.",
  "ssh-key-missing": "No SSH key goes with your staff key. Enrol one first.",
  "other-ssh-key": "The certificate is for another SSH key than the one that goes with your staff key now.",
  "unknown-certificate": "Doorward has issued no such certificate.",
  "other-authority": "The authority that signed this certificate is not trusted any more.",
  "certificate-over": "The certificate has run out. Connect again for a new one.",
  "certificate-revoked": "The certificate has been revoked.",
  "connection-over": "The connection has lasted as long as one may.",
};

/** What went wrong, by its code: what happened, what is still true, and what is to be done. */
export const problems: Record<ErrorCode, { title: string; text: string; still: string; todo: string }> = {
  offline: { title: "No server in reach", text: "The server does not answer.", still: "What is cached stays in view, with the time it is of. Your sessions end at their own time.", todo: "Check the network. Doorward tries again by itself." },
  cancelled: { title: "Cancelled", text: "It was called off before it was done.", still: "Nothing was changed.", todo: "Begin again if you want it after all." },
  "key-timed-out": { title: "The key was not touched in time", text: "Nobody touched the key while it waited.", still: "Nothing was done, and the key is not locked.", todo: "Try again, and touch the key while it blinks." },
  "key-failed": { title: "The key did not answer", text: "The key broke off without saying why.", still: "Nothing was done.", todo: "Take the key out, plug it in again, and try once more. If it keeps failing, use your second key." },
  "key-unplugged": { title: "The key was taken out", text: "It was pulled out on the way and did not come back.", still: "Nothing was done, and nothing was used up.", todo: "Plug the key in and begin again." },
  "key-no-permission": { title: "This system does not let Doorward use the key", text: "Your user may not open security keys on this computer.", still: "The key itself is all right, and nothing was asked of it.", todo: "Have a udev rule set, or log in at the computer itself instead of from afar." },
  "no-key-ceremony": { title: "The key is not being asked for anything", text: "An answer came for a question that is over.", still: "Nothing was done with it.", todo: "Begin again." },
  "signed-out": { title: "You are signed out", text: "Nobody is signed in on this console.", still: "Your key and what you may open are unchanged.", todo: "Sign in with your key." },
  "session-not-open": { title: "The session is not open", text: "The session this belongs to is over.", still: "You are signed in; other sessions go on.", todo: "Open the account again from the list." },
  "tls-failed": { title: "The connection is not safe", text: "Whoever answers could not prove that it is the server.", still: "Nothing was sent to it, and your sign-in is untouched.", todo: "Do not work around this. Tell your security team, above all if you are in a network you do not know." },
  locked: { title: "The console is locked", text: "Nothing is answered while the console is locked.", still: "Your sessions go on behind the lock.", todo: "Unlock it with your key." },
  "copy-refused": { title: "This console’s copy did not verify", text: "This console’s copy of the feed did not verify.", still: "Nothing was shown or decided from it. It is fetched anew.", todo: "Wait a moment. If it comes back, tell your security team." },
  "not-proven": { title: "This is not proven", text: "What the server sent does not verify against the signed log.", still: "Nothing of it was shown. The copy on this computer is as it was.", todo: "Try once more. If it comes back, tell your security team." },
  "not-saved": { title: "The file could not be written", text: "The folder took no new file.", still: "Nothing was written, and nothing is lost.", todo: "See whether the disk is full, or the folder belongs to somebody else, and save again." },
  "bad-request": { title: "The server did not understand", text: "What was sent is not of a form the server knows.", still: "Nothing was done.", todo: "Look at what you typed. If that is right, report the number below." },
  "not-signed-in": { title: "Your sign-in is over", text: "The server no longer knows your sign-in.", still: "Your key is not revoked by this alone.", todo: "Sign in with your key again." },
  "other-certificate": { title: "The sign-in belongs to another console", text: "The sign-in is bound to another console’s certificate.", still: "It is worth nothing here, and nobody else can use it.", todo: "Sign in on this console." },
  denied: { title: "Not permitted", text: "The policy does not permit it.", still: "Everything you may do is still open to you.", todo: "If you need it, ask whoever can give it: the customer, or a security admin." },
  "not-found": { title: "It is not there", text: "What you asked for is not there.", still: "Your session stands.", todo: "Look for it again: it may have been removed or renamed meanwhile." },
  "ceremony-gone": { title: "That took too long", text: "The touch came too late, or was used already.", still: "Nothing was done by it. A touch serves once, within two minutes.", todo: "Begin again." },
  "key-refused": { title: "The server did not accept this key", text: "The server does not accept what this key answered.", still: "Your other keys are not touched by this.", todo: "Use a key that you enrolled, of a model that your security team trusts." },
  "code-refused": { title: "This code is not valid", text: "The enrolment code is wrong, used up or too old.", still: "Your keys are unchanged.", todo: "Type it again letter by letter, or ask a security admin for another." },
  conflict: { title: "It has changed in the meantime", text: "It was changed by somebody else in the meantime.", still: "What they changed stands; nothing of yours was written over it.", todo: "Look at it as it is now, then decide again." },
  "too-many-requests": { title: "Too many requests", text: "More was asked than is let through at a time.", still: "Nothing was done by this request. Your session stands.", todo: "Wait, then ask again." },
  "too-large": { title: "Too much at once", text: "What was asked for, or sent, is larger than is let through.", still: "Nothing was done.", todo: "Ask for less at once." },
  "timed-out": { title: "No answer in time", text: "No answer came in time.", still: "It is not known whether it was done.", todo: "Look at how things stand before you repeat it." },
  "not-fresh": { title: "The gateway lets nothing pass just now", text: "The gateway cannot prove that its copy is fresh, so it lets nothing pass.", still: "Your session stands, and nothing was done.", todo: "Wait a few seconds and try again." },
  "route-refused": { title: "This is not part of what sessions may do", text: "The gateway lets no session use this part of the customer’s API.", still: "Nothing was sent on. Everything else is open as before.", todo: "Do it another way, or ask whoever runs the gateway to allow it." },
  "upstream-unreachable": { title: "The customer’s data cannot be reached", text: "The system that holds the customer’s data does not answer.", still: "Your session stands, and so does the invitation.", todo: "Try again in a minute. If it stays so, tell whoever runs that system." },
  unavailable: { title: "The server is busy or being restarted", text: "The server is busy, or is being restarted.", still: "Nothing was done. What is open stays open.", todo: "Try again in a moment." },
  internal: { title: "Something broke on our side", text: "Something broke on our side.", still: "It is not known whether it was done.", todo: "Look at how things stand. Then report the number below: it names the line in the log." },
};

/** What ended a session (or a sign-in): what happened, and what is to be done. */
export const endings: Record<EndedBy, { title: string; text: string }> = {
  you: { title: "You ended the session", text: "The account’s history says so. Nothing of the account is kept here." },
  "signed-out": { title: "You signed out", text: "All your sessions ended with your sign-in." },
  "security-admin": { title: "A security admin ended the session", text: "Ask your security team before you open another." },
  customer: { title: "The customer ended the session", text: "Somebody at the account ended it on their page. Their access setting is still on; ask them before you open another." },
  replaced: { title: "Another read-write session took its place", text: "One person has one read-write session at a time." },
  idle: { title: "Read-write ended, for nothing was done in it", text: "Changes need a fresh touch. Open the account again to go on." },
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

export const signIn = {
  title: "Sign in",
  lead: "With your handle and your staff key.",
  handle: "Handle",
  go: "Continue with key",
  enrol: "Enrol a key",
  review: "Review offline",
};

export const enrol = {
  title: "Enrol a key", steps: ["Code", "Name", "Key"], step: (n: number) => `Step ${n} of 3`,
  codeTitle: "Your one-time code", codeLead: "A security admin gives it to you, by hand or by a call. It serves once.",
  code: "One-time code", next: "Next",
  nameTitle: "Name the key", nameLead: "Have the new key at hand: the next step asks for it.",
  name: "Name of the key", nameHint: "So that you know it again, such as “Blue key on my ring”.",
  go: "Continue with key", back: "Back", leave: "Back to sign-in",
  done: "The key is enrolled", doneText: (handle: string) => `You sign in with the handle ${handle}.`,
  second: "Enrol a second key now", secondText: "Keys get lost, and without one nobody can sign you in. Ask for another code, and keep the second key somewhere else.",
  another: "I have another code", signIn: "Go to sign-in",
};

export const untrusted = {
  title: "This model of key is not trusted",
  text: (model: string) => `Your security team’s list of models does not have ${model}. Enrol a key of a model that is on it, or give them this number. Your code was not used up.`,
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
  replug: "The key is locked for now",
  replugText: "Too many wrong PINs in a row. Take it out and plug it in again.",
  blocked: "The key is locked",
  blockedText: "Too many wrong PINs. It must be reset and enrolled anew. Ask a security admin for a code.",
  notYours: "This is not one of your keys",
  notYoursText: "Use the key that you enrolled, or enrol this one first.",
  cancel: "Cancel",
};

export const shell = {
  product: "Doorward", titleIn: (account: string, mode: ModeName) => `${account} · ${modes[mode]} · Doorward`,
  accounts: "Accounts", timeline: "Timeline", everywhere: "Sessions", staff: "Staff", servers: "Servers", keys: "Staff keys", sessions: "Open sessions", noSessions: "None open",
  signOut: "Sign out", shortcuts: "Keyboard shortcuts", theme: "Switch between light and dark",
  online: "Up to date", reconnecting: "Reconnecting", offline: "Offline",
  feed: (n: number) => `${count(n, "entry", "entries")} verified`,
  asOf: (stamp: string, ago: string, state: string) => `As of ${stamp} (${ago}) · ${state.toLowerCase()}`,
  asOfNever: "Nothing cached yet",
  offlineText: "Shown from this console’s verified copy. Nothing opens until the server is back.",
  reconnectingText: "The copy is no longer fresh. Nothing opens until it is.",
  notSignedIn: "Offline review: not signed in",
  signInEnds: (left: string) => `Signed in for ${left} more`, signInUntil: (at: string) => `Your sign-in ends ${at}`,
  review: "Offline review", main: "Main", command: "Search or do", settings: "Settings",
};

export const accounts = {
  title: "Accounts", search: "Search by name or id", empty: "No account has granted access",
  emptyText: "Customers invite you under Settings > Account Settings > Privacy & Data. As soon as one does, it appears here by itself.",
  noMatch: "Nothing matches", noMatchText: "Change the words or the filter.", clear: "Show all",
  copy: "Copy the instructions", copied: "Copied",
  instructions: "To let our team in: open Settings > Account Settings > Privacy & Data, switch on Support Team Access or Customer Success Team Access, and choose until when. You can switch it off at any time; it takes effect at once.",
  list: "Accounts that have invited you", shown: (n: number, all: number) => (n === all ? count(n, "account", "accounts") : `${number(n)} of ${count(all, "account", "accounts")}`),
  filters: { all: "All", pinned: "Pinned", mine: "Mine", "read-only": "Read-only", "read-write": "Read-write", ending: "Ending soon" },
  filterLabel: "Filter", sortLabel: "Sort", sorts: { ending: "Ending first", name: "Name", newest: "Newest first" },
  may: "You may", invited: "Invited by", ends: "Time left", indefinite: "Indefinitely", none: "No access",
  noName: "Name not known", primary: "Primary CSM", nobody: "Nobody", you: "you", on: "On", off: "Off",
  grantedBy: (who: string | null) => `by ${who ?? "a user whose name is not known"}`,
  granted: (at: string) => `since ${at}`, ending: (at: string) => `Ends ${at}`, over: "Run out",
  open: { "read-only": "Open read-only", "read-write": "Open read-write" }, goTo: "Go to the open session", plan: "Plan", id: "Id",
  choose: "Choose an account", chooseText: "Its invitations and what you may do there are shown here.",
  whyTitle: "Why not more", everything: "Everything this console can open.",
  pin: "Keep at the top of the palette", pinned: "Pinned", ticket: "Ticket", putAway: "Put the ticket away",
  indefiniteText: "Until the customer switches it off",
};

export const timeline = {
  title: "Timeline", asTable: "Table", move: "Move", zoom: "Length shown", earlier: "Earlier", later: "Later", now: "Now", shorter: "Shorter", longer: "Longer",
  off: "Switched off", offAt: (stamp: string) => `Switched off ${stamp}`, primary: (name: string) => `${name}, the Primary CSM`,
  who: { "support-team-access": "Technical Support, and whoever is on duty", "customer-success-team-access": "Customer Success" } satisfies Record<SettingName, string>,
  columns: ["Account", "Who may enter", "Mode", "From", "Until", "Time left"], more: (n: number) => `Show more (${count(n, "account", "accounts")} left)`,
};

export const changes = { type: (what: string) => `Type ${what} to confirm`, cancel: "Cancel" };

export const staff = {
  title: "Staff", shown: (n: number) => count(n, "person", "people"), search: "Search people or roles", none: "Nobody matches", you: "you",
  suspended: "Suspended", onDuty: "On duty", noRole: "No role", keyCount: (n: number) => (n === 0 ? "No key" : count(n, "key", "keys")),
  add: "Add staff", addTitle: "Add somebody to the staff", name: "Name", handle: "Handle", handleHint: "What they sign in with: lower-case letters, digits, dots and hyphens.", touchAdd: "Touch key and add",
  added: (name: string) => `${name} is added. Give a role, then make an enrolment code.`, cancel: "Cancel", touch: "Touch key and do it",
  roles: "Roles", takeRole: (role: string, name: string) => `Take the role ${role} from ${name}`, takeRoleLead: "What stands on the role ends at once. Giving it again later brings nothing back.",
  roleTaken: (role: string, name: string) => `${name} no longer has the role ${role}.`, roleGiven: (role: string, name: string) => `${name} has the role ${role}.`,
  duty: "Support duty", openDuty: "Open", openDutyFor: (name: string) => `Support duty for ${name}`, noDuty: "No window is open or planned.", now: "Now", later: "Later", from: "From", until: "Until",
  lengths: "Length", hours: (n: number) => `${n} h`, dutyWrong: "A window needs an end that is later than its beginning.", touchDuty: "Touch key and open", dutyOpened: (name: string) => `Support duty is open for ${name}.`,
  closeDuty: (from: string) => `Close the window from ${from}`, closeDutyOf: (name: string) => `Close the support duty of ${name}`, closeDutyLead: "Sessions that stand on this window end at once.", dutyClosed: (name: string) => `The support duty of ${name} is closed.`,
  primary: "Primary CSM of", assign: "Assign", assignTo: (name: string) => `Make ${name} Primary CSM`, noPrimary: "No account.", account: "Account", accountHint: "Name or id", now_: "Primary CSM now", nobody: "nobody", byId: (id: string) => `The account with the id ${id}`,
  assignOf: (account: string, name: string) => `Make ${name} Primary CSM of ${account}`, assignLead: "Whoever is Primary CSM now loses their read-write sessions there at once.", assigned: (account: string, name: string) => `${name} is Primary CSM of ${account}.`,
  unassign: (account: string) => `Leave ${account} without a Primary CSM`, unassignLead: "Read-write sessions there end at once, and nobody can open another until somebody is assigned.", unassigned: (account: string) => `${account} has no Primary CSM.`,
  keys: "Keys", showKeys: "Show keys", issue: "Make enrolment code",
  codeFor: (name: string) => `Enrolment code for ${name}`, codeLead: "Hand it over in person or by a call you trust. It serves once, and is shown only now.", codeUntil: (at: string) => `Valid until ${at}`, copy: "Copy", codeCopied: "Copied. The clipboard is emptied in a minute.", handed: "It is handed over",
  suspend: "Suspend", suspendOf: (name: string) => `Suspend ${name}`, suspendLead: "Every sign-in and session ends at once, and codes not used yet are worth nothing. Keys stay, and serve again when you reinstate.", touchSuspend: "Touch key and suspend",
  suspendDone: (name: string) => `${name} is suspended.`, reinstate: "Reinstate", reinstated: (name: string) => `${name} is reinstated.`,
};

export const bulk = {
  open: "Revoke several", title: "Revoke several keys", explain: "For an incident: a model that turned out weak, or everything enrolled before a day.", model: "Model", anyModel: "Any model", before: "Enrolled before", choose: "Choose a model, a day, or both.",
  count: (n: number, all: number) => `${number(n)} of ${count(all, "key", "keys")} match.`, most: (n: number) => `The first ${number(n)} go by one touch; repeat for the rest.`, list: "Keys that match", own: "Your own key is among them: you would be signed out.",
  next: "See what ends", cancel: "Cancel", revoke: (n: number) => `Revoke ${count(n, "key", "keys")}`, lead: "This cannot be undone. Each key can only be enrolled anew.", touch: "Touch key and revoke", done: (n: number) => `${count(n, "key is", "keys are")} revoked.`,
};

export const everywhere = {
  title: "Sessions", count: (n: number) => `${count(n, "session lives", "sessions live")} now.`, own: "Yours, on every console.", search: "Search person, account or ticket",
  columns: ["Who", "Account", "Mode", "Why", "Opened", "Time left"], pick: "Choose", pickOne: (who: string, account: string) => `Choose the session of ${who} in ${account}`,
  you: "You", otherConsole: "in another console", leftOf: (account: string) => `Left in ${account}`, end: "End", endOne: (who: string, account: string) => `End the session of ${who} in ${account}`,
  endAll: (n: number) => `End all (${number(n)})`, endPicked: (n: number) => `End ${count(n, "session", "sessions")}`, endLead: "It ends at once, wherever it is open, and the account’s history says that a security admin ended it.",
  go: "Touch key and end", done: (n: number) => `${count(n, "session is", "sessions are")} over.`,
  none: "Nobody is in any account", noneOwn: "You have no session open", noneText: "Sessions appear here within three seconds of being opened, on whichever console.",
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
  endings: "Sessions that end soon", soon: (account: string) => `${account}: less than 10 minutes left`, soonLeft: (account: string) => `Left in ${account}`, soonText: "Go on without losing your place.", soonOver: "It cannot be renewed: the invitation or your sign-in ends too.",
  renew: { "read-only": "Renew", "read-write": "Touch key and renew" } satisfies Record<ModeName, string>, lastMinute: (account: string) => `Less than a minute left in ${account}`, lastText: "Then the view closes and nothing of the account is kept here.",
  lastDrafts: (n: number) => `Unsaved changes to ${count(n, "person", "people")} are lost when it ends.`, letEnd: "Let it end", enable: "Enable changes", backToReading: "Read-write is over. You are back in the read-only session.",
  endDrafts: "End the session?", endDraftsText: (n: number) => `You have changes to ${count(n, "person", "people")} that were not applied. They are lost.`, keepOn: "Go on working", endAnyway: "End and lose them", draft: "Not applied yet",
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
  remove: "Remove", undoRemove: "Keep", noActivity: "No activity in the last 30 days.", noMessages: "No messages.", devices: "Devices", email: "E-mail", reveal: (name: string) => `Show ${name}`, revealText: "Show. Each look is one read more in the account’s history.",
};

export const messages = {
  title: "Messages", kind: "Type", all: "All types", metric: "Outcome", anyMetric: "Any outcome", subject: "Subject", to: "To", sent: "Created", none: "No messages match.",
  open: "Show content", openText: "Reading the content is written to the account’s history.", content: "Content", from: "From", noSubject: "No subject", close: "Close",
};

/** What the customer's system calls things. What is not here is shown as that system says it. */
export const upstream: { kinds: Record<string, string>; outcomes: Record<string, string>; activities: Record<string, string> } = {
  kinds: { email: "E-mail", push: "Push", in_app: "In-app", webhook: "Webhook", twilio: "SMS", slack: "Slack", whatsapp: "WhatsApp" },
  outcomes: { created: "created", sent: "sent", delivered: "delivered", opened: "opened", clicked: "clicked", converted: "converted", bounced: "bounced", dropped: "dropped", failed: "failed", spammed: "marked as spam", undeliverable: "undeliverable" },
  activities: { page: "Page viewed", event: "Event", attribute_change: "Attribute changed", sent_email: "E-mail sent", delivered_email: "E-mail delivered", opened_email: "E-mail opened", clicked_email: "Link clicked" },
};

export const keys = {
  title: "Staff keys", lead: "Each key opens what its owner may open, until it is revoked.", mine: "Your keys", others: "Everybody else’s", name: "Key", owner: "Staff",
  model: "Model", number: (n: number) => `no. ${n}`, enrolled: "Enrolled", used: "Last used", never: "Never", state: "State", inUse: "In use here", revoked: "Revoked", active: "Active",
  revoke: "Revoke", revokeTitle: (name: string) => `Revoke “${name}”`, revokeLead: "This cannot be undone. The key can only be enrolled anew.",
  effects: "What ends at once", effectSessions: (n: number) => count(n, "open session", "open sessions"), effectSignIns: (n: number) => count(n, "sign-in", "sign-ins"),
  effectNone: "Nothing is open with it.", lastAdmin: "It is the last key that can administer Doorward. Nobody could enrol or revoke keys afterwards.",
  signsOut: "You are signed in with it: this console signs you out.", queued: "No server in reach: it takes effect on this console at once and everywhere as soon as the server is back.",
  type: (name: string) => `Type ${name} to confirm`, go: "Revoke key", cancel: "Cancel", done: (name: string) => `“${name}” is revoked.`, search: "Search staff or key", none: "No key matches.",
};

export const shortcuts = {
  title: "Keyboard shortcuts", close: "Close",
  rows: [
    ["/", "Search"], ["j / k", "Next, previous account"], ["Enter", "Open, or go to, the chosen account"], ["w", "Open read-write"], ["p", "Pin, unpin the chosen account"], ["h", "The history of the chosen account or server"], ["Ctrl K", "Find anything, do anything"], ["Ctrl L", "Lock now"],
    ["g a", "Accounts"], ["g t", "Timeline"], ["g s", "Sessions"], ["g p", "Staff"], ["g v", "Servers"], ["g k", "Staff keys"], ["g ,", "Settings"], ["g m", "What was said"], ["+ / -", "In the timeline: shorter, longer"], ["← / →", "Earlier, later; 0 goes back to now"], ["1 2 3", "In a session: workspaces, people, messages"], ["?", "This sheet"], ["Esc", "Close, or leave the search"],
  ] as [string, string][],
};

export const palette = {
  title: "Search or do", label: "Account, action, or anything pasted", placeholder: "Find an account, do something, or paste an id, e-mail or ticket link",
  groups: { here: "Here", found: "From what you pasted", pins: "Pinned", recents: "Recent", accounts: "Accounts", servers: "Servers", sessions: "Open sessions", go: "Go to", do: "Do" },
  accounts: "Accounts", timeline: "Timeline", everywhere: "Sessions", staff: "Staff", servers: "Servers", keys: "Staff keys", settings: "Settings", theme: "Switch between light and dark", contrast: "Switch high contrast", said: "Read again what was said", shortcuts: "Show keyboard shortcuts", signOut: "Sign out",
  endAll: (n: number) => `End all my sessions (${number(n)})`, end: (account: string) => `End the session in ${account}`,
  open: (mode: ModeName, account: string) => `Open ${account} ${mode === "read-only" ? "read-only" : "read-write"}`,
  useTicket: (ticket: string) => `Use ${ticket} as the ticket of the next session`, inTicket: (ticket: string) => `Open for ticket ${ticket}`,
  person: (email: string, account: string) => `Look for ${email} in ${account}`, workspace: (id: string) => `Workspace ${id}`, byId: "This id", byDomain: (domain: string) => `Named like ${domain}`,
  none: "Nothing matches", noneText: "An account that is not here has not invited you. Customers do that under Settings > Account Settings > Privacy & Data.",
  hints: { choose: "choose", go: "go", open: "open read-only", connect: "connect", close: "close" }, results: (n: number) => count(n, "result", "results"),
};

export const settingsPage = {
  title: "Settings", lead: "Kept on this computer, for you alone.",
  groups: { look: "Look and language", times: "Times", away: "When nobody is here", desktop: "Desktop" },
  language: "Language", theme: "Appearance", contrast: "Contrast", zone: "Time zone", hours: "Hours", motion: "Motion", idle: "Unused read-write ends",
  options: {
    language: { system: "Like the system", en: "English", de: "Deutsch" },
    theme: { system: "Like the system", light: "Light", dark: "Dark" }, contrast: { system: "Like the system", more: "High" },
    zone: { system: "This computer’s", utc: "UTC" }, hours: { "24": "24 hours", "12": "12 hours" }, motion: { system: "Like the system", less: "Reduced" },
    idle: { "2": "After 2 min", "5": "After 5 min", "10": "After 10 min", "15": "With its time" },
  },
  zoneOther: "Another zone", example: "So it looks",
  zoneText: (sample: string) => `Times look like this: ${sample}. UTC always stands beside the exact instant.`,
};

export const general = { dismiss: "Dismiss", close: "Close", request: "Request", notices: "Notices",
  silent: "The console does not answer this page", silentText: "Close the window and open Doorward again. If this comes back, the installation is damaged: install Doorward anew." };

/** A session by another program on this computer. */
export const endpoint = {
  open: "Use with another tool", openOne: "An endpoint is open", title: "Use this session with another tool",
  lead: "Doorward opens an address on this computer alone. Programs that know its secret, such as curl, use this session through it.",
  facts: ["It does what this session may do, in this account and no other.", "Every request stands in the account’s history, as one of yours.", "It closes with the session, also when that is renewed, when you sign out, and when Doorward is closed.", "Browsers are refused, even with the secret."],
  go: "Open endpoint", opening: "Opening…", cancel: "Cancel", address: "Address", secret: "Secret", show: "Show the secret", hide: "Hide the secret", masked: "Hidden", example: "In a terminal",
  exampleText: "The first line waits for the secret: paste it. So it stays out of your shell’s history.", copyAddress: "Copy the address", copySecret: "Copy the secret", copyExample: "Copy the lines",
  done: "Done", close: "Close endpoint", closed: "The endpoint is closed. What was under way in it was cut.",
  lines: (url: string) => `read -rs DOORWARD_SECRET\ncurl --oauth2-bearer "$DOORWARD_SECRET" ${url}/v1/workspaces`,
};

/** What the key asks for beyond PIN and touch. */
export const keySteps = {
  choose: "Choose a PIN for this key",
  chooseText: "The key is new and has no PIN yet. The one you choose is kept in the key and nowhere else; you type it at each sign-in.",
  pin: "New PIN", again: "The same again",
  least: (n: number) => `At least ${count(n, "character", "characters")}. Letters and signs count too.`,
  refused: (n: number) => `The key does not take this PIN. It wants at least ${count(n, "character", "characters")}, at most 63 bytes, and perhaps nothing too simple.`,
  mismatch: "The two are not the same.", set: "Set PIN and go on",
  unplugged: "The key was taken out", unpluggedText: (why: string) => `Plug it in again and it goes on by itself. You need it ${why}.`,
  noPinText: "So it is not one that was enrolled. Use the key that you enrolled; a new one gets its PIN when it is enrolled.",
  forbidden: "This system does not let Doorward use the key", forbiddenText: "A key is there, and your user may not open it. Whoever administers this computer can put that right with one file:",
  ruleFile: "/etc/udev/rules.d/70-doorward-fido.rules", rule: 'KERNEL=="hidraw*", SUBSYSTEM=="hidraw", ENV{ID_FIDO_TOKEN}=="1", TAG+="uaccess"',
  ruleAfter: "Then take the key out and plug it in again. With udev 244 or newer this is so already for whoever sits at the computer; over a remote login it is not.", copyRule: "Copy the rule", back: "Back",
};

export const problemWords = {
  still: "Still true", todo: "What to do", copyRequest: "Copy the request’s number",
  after: (seconds: number) => `It may be asked again in ${count(seconds, "second", "seconds")}.`,
};

/** After a change. */
export const undo = {
  changed: (names: string[]) => `Changed ${names.length > 3 ? count(names.length, "attribute", "attributes") : list(names)}.`,
  go: "Undo", done: "The former values are back. What the change set off, such as messages, is not called back.",
  over: "It cannot be undone from here any more: that takes the read-write session, which is over.",
  since: "Not undone: somebody has changed it since. It stays as it is now.",
};

/** Read-write that nobody uses. */
export const idle = {
  soon: (account: string) => `Read-write in ${account} is not being used`, text: (at: string) => `It ends at ${at}, and you are back to reading. What you typed is kept.`, goOn: "Go on changing",
  back: "Read-write ended: nothing was done in it for a while. You are back to reading, and what you typed is kept.",
};

/** A clock that is off. */
export const skew = {
  ahead: (by: string) => `This computer’s clock is ${by} ahead`, behind: (by: string) => `This computer’s clock is ${by} behind`,
  text: (here: string, server: string) => `Here it says ${here}; by the server’s signed time it is ${server}. Doorward goes by the server’s, so nothing here is wrong. Set the time automatically in the system’s settings: other programs go by this clock.`,
};

export const copying = { copied: "Copied.", cleared: "Copied. The clipboard is emptied in a minute.", value: (name: string) => `Copy ${name}`, id: "Copy the id" };

export const about = {
  program: "Version", title: "About", version: (version: string) => `Doorward ${version}`, concern: "Report a security concern", concernText: "To your security team, at the address they have set. Copy it and open it where you are used to.",
  noConcern: "Your security team has set no address here. Tell them in the way you know.", copy: "Copy the address",
};

/** What to do next where there is nothing to show. */
export const empties = {
  workspaces: "The customer has made none yet. People and messages may be there all the same: keys 2 and 3.",
  people: "Nobody was imported or added yet. Ask the customer where their people come from.",
  messages: "Choose another type or outcome above, or look at one person’s messages under People.",
  activity: "Older activity is not kept by the customer’s API. Their messages go back further.",
  personMessages: "Nothing was sent to this person. Look at their attributes: they may have unsubscribed.",
  keys: "Change the words in the search: it looks in the names of staff and of keys.",
  staff: "Change the words in the search: it looks in names and roles.",
};

export const desktop = {
  /** The tray's first line: how the console stands, without anybody's name. */
  line: (tray: TrayState, at: string | null) => {
    const open = tray.sessions === 0 ? "" : tray.sessions === 1 ? `1 session open, ends ${at}` : `${number(tray.sessions)} sessions open, first ends ${at}`;
    const whole = open || (tray.mark === "signed-out" ? "Nobody is signed in" : tray.mark === "offline" ? "" : "Signed in, no session open");
    return [tray.lock === "locked" ? "Locked" : "", tray.mark === "offline" ? "No server in reach" : "", whole].filter(Boolean).join(" · ");
  },
  trayOpen: "Open Doorward", endAll: "End all sessions", lock: "Lock", quit: "Quit Doorward",
  notice: (notice: Notice, name: string | null, at: string | null) => {
    const many = notice.count > 1;
    const texts: Record<NoticeKind, [string, string]> = {
      invited: [many ? `${number(notice.count)} accounts have invited you` : `${name ?? "An account"} has invited you`, at === null ? "Until they switch it off." : many ? `The first until ${at}.` : `Until ${at}.`],
      "ends-in-day": [many ? `${number(notice.count)} invitations end within 24 hours` : "An invitation ends within 24 hours", `${name ?? (many ? "The first" : "It")} lasts until ${at}.`],
      "ends-in-hour": [many ? `${number(notice.count)} invitations end within an hour` : "An invitation ends within an hour", `${name ?? (many ? "The first" : "It")} lasts until ${at}.`],
      "session-soon": ["A session ends in less than 10 minutes", `${name === null ? "It ends" : `The session in ${name} ends`} at ${at}. Renew it in Doorward to go on.`],
      "session-over": [notice.by === null ? "A session is over" : endings[notice.by].title, `${name === null ? "A session" : `The session in ${name}`} is over. Nothing of the account is kept on this computer.`],
    };
    const [title, body] = texts[notice.kind];
    return { title, body };
  },
  notInvited: (id: string) => `The link leads to ${id}, which has not invited you.`, copyLink: (name: string) => `Copy a link to ${name}`,
  zoom: "Size", smaller: "Smaller", larger: "Larger", reset: "Back to 100 %", percent: (n: number) => `${n} %`, zoomText: "Ctrl + and Ctrl − do the same everywhere, and Ctrl 0 goes back.",
  tray: "Tray", trayShow: "Show Doorward in the tray", trayText: "Everything in it is in this window too.",
  trayViews: { off: "", shown: "It is shown.", "no-place": "This desktop has no place for it now.", "no-bus": "There is no session bus, so it cannot be shown." } satisfies Record<TrayView, string>,
  notifications: "Notifications", kinds: { invited: "A pinned or own account invites you", ending: "Such an invitation ends within a day, or an hour", sessions: "A session is about to end, or was ended" },
  names: "Name accounts in notifications", namesText: "Without names, a notification on a locked screen says only “An account has invited you”. While you look at this window, it tells you itself.", noNotifications: "Nothing on this desktop shows notifications. While you look at this window, it tells you itself.",
  log: "Log", saveLog: "Save a log for support", logText: "What this console did lately, as one text file. Whatever looks like an address, a token, an id or a name is taken out.", saved: (lines: number) => `Saved: ${count(lines, "line", "lines")}, readable by you alone.`, copyPath: "Copy the path",
  closeTitle: "Close Doorward?", closeText: (n: number) => (n === 1 ? "One session is open. It ends when Doorward closes." : `${number(n)} sessions are open. They end when Doorward closes.`), closeDrafts: (n: number) => `Unsaved changes to ${count(n, "person", "people")} are lost.`, keepOpen: "Keep open", closeAnyway: "End and close",
};

export const lock = {
  title: "Locked", offlineTitle: "No server in reach", now: "Lock now", nowKeys: "Lock now (Ctrl L)", unlock: "Unlock with key", leave: "Forget who was here", endAll: (n: number) => (n === 1 ? "End it" : `End all ${number(n)}`),
  by: {
    you: "You locked this console.", idle: "Nobody was here for a while.", suspend: "This computer was asleep.", "screen-lock": "The screen was locked.",
    offline: "Your key opens this computer’s verified copy. It shows who had invited, and opens nothing.",
  } satisfies Record<LockedBy, string>,
  goOn: (n: number, until: string | null) => `${count(n, "session goes", "sessions go")} on${until === null ? "" : ` until ${until}`}`,
  endedBehind: (account: string, why: string) => `${account}: ${why}, while this console was locked.`,
  after: "Lock after", minutes: (n: number) => `${number(n)} min`, afterText: "Without anybody here. Sleep and a locked screen lock it at once, and so does Ctrl\u00a0L.",
  kept: "Copy here",
  keptBy: {
    "hardware-key": { title: "Locked by your key", text: "What this computer keeps for an offline review is encrypted, and opens only by PIN and touch of the key you signed in with." },
    keyring: { title: "Kept by the keyring", text: "Your key has no secret to give, so the system’s keyring keeps the one that encrypts this computer’s copy. An offline review needs a key that has one." },
    nobody: { title: "Nothing is kept", text: "Neither your key nor the system’s keyring could lock a copy, so none is written to the disk. Without a server there is nothing to review." },
  } satisfies Record<KeptBy, { title: string; text: string }>,
};

export const history = {
  title: (name: string) => `History of ${name}`,
  link: "History", back: "Back", filter: "Show", search: "Search in the history",
  sorts: { all: "Everything", session: "Sessions", access: "Access", people: "People", servers: "Servers" },
  proven: (rows: number, size: string) => `${count(rows, "entry", "entries")}, each proven to be in the signed log of ${size}`,
  entry: (seq: number) => `#${number(seq)}`,
  provenText: (seq: number) => `Entry ${number(seq)} of the signed log. Copy its proof.`,
  copyOne: (seq: number) => `Copy the proof of entry ${number(seq)}`,
  copied: (seq: number) => `The proof of entry ${number(seq)} is copied. “doorward verify proof” checks it.`,
  older: "Show earlier", noMatch: "Nothing here fits",
  none: "Nothing happened here yet", noneText: "What gives or takes away access, and who enters, is written here.",
  begins: (date: string) => `This is where it begins: ${date}`,
  whole: "From this console’s copy, which has the log from its beginning.",
  since: (size: string) => `From this console’s copy, which has what came after entry ${size}. Earlier entries are shown when the server is back.`,
  registered: "The account was registered",
  plan: (plan: string) => `The plan was changed to ${plan}`,
  planText: "Customer Success Team Access ended with it.",
  closed: "The account was closed",
  on: (setting: string, by: string | null) => `${setting} was switched on${by === null ? "" : ` by ${by}`}`,
  until: (instant: string) => `Until ${instant}`,
  indefinitely: "Until the customer switches it off",
  stillOn: "Still on",
  off: (setting: string) => `${setting} was switched off`,
  offText: "Every session on it ended at once.",
  primary: (who: string) => `${who} became Primary CSM`,
  noPrimary: "Nobody is Primary CSM any more",
  opened: (who: string, mode: string) => `${who} entered ${mode}`,
  ends: (hour: string) => `Until ${hour} at the latest`,
  counts: (reads: number, writes: number) => `${count(reads, "read", "reads")}, ${count(writes, "change", "changes")}`,
  stillOpen: (hour: string) => `Still open, until ${hour}`,
  ended: {
    owner: (who: string) => `${who} left`,
    "signed-out": (who: string) => `${who} signed out, which ended the session`,
    "security-admin": (who: string) => `A security admin ended the session of ${who}`,
    customer: (who: string) => `The customer ended the session of ${who}`,
    replaced: (who: string) => `${who} opened another read-write session, which took its place`,
  },
  endedUnknown: (session: number) => `Session ${number(session)} was ended`,
  was: (mode: string, since: string) => `Had been in ${mode} since ${since}`,
  added: (who: string) => `${who} was added`,
  suspended: (who: string) => `${who} was suspended`,
  reinstated: (who: string) => `${who} was reinstated`,
  role: (who: string, role: string) => `${who} was given the role ${role}`,
  noRole: (who: string, role: string) => `${who} lost the role ${role}`,
  duty: (who: string) => `${who} was put on support duty`,
  noDuty: (who: string) => `The duty window of ${who} was closed`,
  from: (from: string, until: string) => `From ${from} until ${until}`,
  key: (key: number, who: string) => `${who} enrolled key ${number(key)}`,
  noKey: (key: number, who: string) => `Key ${number(key)} was revoked by ${who}`,
  host: (host: string) => `Server ${host} was added`,
  hostFor: { infrastructure: "For infrastructure engineers", maintenance: "For maintenance staff" },
  noHost: (host: string) => `Server ${host} was removed`, noHostText: "Whoever was on it is out.",
  ca: "A new authority signs certificates for servers", noCa: "An authority for servers is not trusted any more", sshKey: (key: number) => `An SSH key was enrolled with key ${number(key)}`,
  certificate: (who: string, host: string) => `${who} got a certificate for ${host}`,
  connectionEnds: (when: string) => `Out by ${when}`,
  certificateNo: (serial: number) => `Certificate ${number(serial)}`, mayBeOn: "May be on it still",
  noCertificate: (serial: number, who: string) => `Certificate ${number(serial)} was revoked by ${who}`,
  noCertificateOf: (whose: string, who: string) => `The certificate of ${whose} was revoked by ${who}`, ownCertificate: (who: string) => `${who} revoked their own certificate`,
  issued: (serial: number, host: string, when: string) => `Certificate ${number(serial)} for ${host}, issued ${when}`,
};

export const logCheck = {
  title: "What was checked", do: "Verify log", copy: "Copy the proof",
  lead: "Checks here, with what this console has: signatures, this copy, what was shown of a history, and that nothing was rewritten since this console first looked.",
  copied: "The proof is copied. “doorward verify proof” checks it without a server.",
  at: (instant: string) => `Checked ${instant}`,
  verdicts: { right: "The log verifies", partly: "Right as far as it could be looked at", wrong: "The log does not verify" },
  found: { right: "Right", wrong: "Wrong", "not-looked": "Not looked at" },
  steps: {
    signature: {
      right: (size: number, signed: string) => `The log’s key signed a feed of ${count(size, "entry", "entries")} at ${signed}`,
      wrong: () => "The checkpoint is not signed by the log’s key. Rely on nothing here, and tell your security team",
      "not-looked": () => "There is no checkpoint here yet",
    },
    fresh: {
      right: (_: number, signed: string) => `That is how it stands now: the newest statement is of ${signed}`,
      wrong: () => "The newest statement about it does not verify",
      "not-looked": (_: number, signed: string) => (signed === "" ? "Nothing says that it is how things stand now" : `It may be out of date: the newest statement is of ${signed}`),
    },
    copy: {
      right: (size: number) => `This console’s copy of ${count(size, "entry", "entries")} is that very feed`,
      wrong: () => "This console’s copy is of another feed than was signed",
      "not-looked": () => "The copy was not compared: the server is not in reach",
    },
    entries: {
      right: (shown: number) => `${count(shown, "entry that is", "entries that are")} shown ${shown === 1 ? "is" : "are"} in it`,
      wrong: () => "An entry that is shown is not in it",
      "not-looked": () => "No history was opened, so there were no entries to look for",
    },
    grew: {
      right: (size: number, signed: string) => `Nothing was rewritten since this console first looked, at ${count(size, "entry", "entries")}, ${signed}`,
      wrong: () => "The feed is not a continuation of the one that this console saw first. Tell your security team",
      "not-looked": () => "Whether anything was rewritten since this console first looked could not be asked",
    },
  } as Record<"signature" | "fresh" | "copy" | "entries" | "grew", Record<"right" | "wrong" | "not-looked", (count: number, signed: string) => string>>,
  limits: "A proof shows what is in the log. It does not show that a row was left out, and a log that two people are shown differently is found only by comparing checkpoints.",
};

export const review = {
  title: "Review and proof",
  write: "Export grants",
  writeText: "Every grant as of the newest signed time, as rows for a spreadsheet and as a page to print, with the checkpoint it stands on. Works without a server.",
  written: (rows: number, instant: string) => `${count(rows, "grant", "grants")} as of ${instant}`,
  sheet: "Spreadsheet", page: "Page to print", hash: "SHA-256 of the rows",
  copyPath: (kind: string) => `Copy the path: ${kind}`, copied: "The path is copied.",
  check: "“doorward verify report” checks the spreadsheet with the trust file alone. Only you may read the files.",
  old: (hours: number) => `Older than ${hours} hours`,
  oldText: "Much may have been taken away since. Look at it as the past.",
};

export const saying = { title: "What was said", lead: "Messages since you signed in, newest first.", none: "Nothing yet.", close: "Close" };
