/**
 * docs/screens.md: every screen of screens.mjs with its picture and one sentence, in groups. A name alone is drawn in
 * light; with "dark" behind it, in dark. `node tests/gallery.mjs` writes the page; scripts/screens.sh makes the pictures.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const PAGE = fileURLToPath(new URL("../../docs/screens.md", import.meta.url));
export const PICTURES = fileURLToPath(new URL("../../docs/screens", import.meta.url));

/** [group, [[screen, sentence, look?]…]…] */
export const GALLERY = [
  ["Signing in", [
    ["sign-in", "A handle, and the key."],
    ["sign-in-insert", "The key is not plugged in yet."],
    ["sign-in-several", "Several keys are plugged in: the one that is touched is used."],
    ["sign-in-pin", "The key asks for its PIN, and says what is being authorised."],
    ["sign-in-pin-wrong", "A wrong PIN, and how many tries are left."],
    ["sign-in-touch", "The key waits for a touch.", "dark"],
    ["sign-in-unplugged", "The key was pulled out."],
    ["sign-in-not-yours", "The key belongs to somebody else."],
    ["sign-in-no-pin", "The key has no PIN yet."],
    ["sign-in-blocked", "Too many wrong PINs: the key must be pulled out and plugged in again."],
    ["sign-in-blocked-for-good", "The key has locked itself and must be reset."],
    ["sign-in-no-permission", "This user may not talk to keys: the rule that changes it, ready to copy."],
    ["sign-in-refused", "The server refuses the sign-in without saying whether the handle exists."],
    ["sign-in-tls", "The server's certificate is not the one that is trusted."],
    ["silent", "The backend does not answer the page."],
  ]],
  ["Enrolling a key", [
    ["enrol", "A one-time code from a security admin."],
    ["enrol-name", "The new key gets a name."],
    ["enrol-first-pin", "A new key gets its first PIN."],
    ["enrol-first-pin-differs", "The PIN was not typed the same twice."],
    ["enrol-first-pin-refused", "The key does not take this PIN."],
    ["enrol-refused", "The key's model is not on the trust list."],
    ["enrol-done", "The key is enrolled."],
  ]],
  ["Accounts", [
    ["accounts", "Who has invited whom, and for how long."],
    ["accounts-support", "The same as a support agent sees it."],
    ["accounts-search", "A search, with the letters that match."],
    ["accounts-pinned", "Pinned accounts."],
    ["accounts-no-match", "Nothing matches."],
    ["accounts-empty", "No account has invited anybody, and how a customer does."],
    ["accounts-reconnecting", "The server is out of reach for a moment."],
    ["accounts-offline", "An offline review of the verified copy, with its age.", "dark"],
    ["accounts-old", "The copy is older than twelve hours."],
    ["clock-skew", "This computer's clock is off."],
  ]],
  ["Timeline", [
    ["timeline", "Who can enter which account until when."],
    ["timeline-half-year", "Half a year at once.", "dark"],
    ["timeline-revoked", "Access that the customer took away."],
    ["timeline-past", "Access that was taken away before."],
    ["timeline-table", "The same as a table."],
    ["timeline-empty", "Nothing to draw yet."],
  ]],
  ["Opening a session", [
    ["open-read-only", "A reason and a ticket are asked for, and nothing opens without them."],
    ["open-read-write", "Read-write asks for a reason and a touch."],
    ["open-touch", "The touch that opens read-write."],
  ]],
  ["In a session", [
    ["session-people", "People of the account, found by what is known of them."],
    ["session-workspaces", "The account's workspaces."],
    ["session-person", "A person's attributes, with personal data masked."],
    ["session-activity", "What a person did."],
    ["session-person-messages", "Messages to one person."],
    ["session-messages", "Messages of the account."],
    ["session-message", "One message as it was sent."],
    ["session-enable", "Changes are enabled by a touch."],
    ["session-write", "A read-write session, in a colour of its own.", "dark"],
    ["session-edit", "Attributes are edited."],
    ["session-review", "Before a change is made, what was stands beside what will be."],
    ["session-undo", "A change can be taken back."],
    ["session-write-refused", "The gateway refuses a change in a read-only session."],
    ["session-idle", "Read-write that is not used is about to end."],
    ["session-soon", "Less than ten minutes are left."],
    ["session-last-minute", "The last minute, with changes that are not saved."],
    ["session-offline", "The server is out of reach while a session is open."],
    ["session-end-drafts", "Ending the session would lose changes."],
    ["ended", "The customer switched access off: the view is closed and says why."],
    ["endpoint", "A session can serve other programs on this computer."],
    ["endpoint-open", "Its address, and a secret that is hidden."],
    ["endpoint-shown", "The secret, shown."],
  ]],
  ["Sessions everywhere", [
    ["sessions", "All open sessions, for security admins."],
    ["sessions-own", "One's own sessions."],
    ["sessions-none", "No session is open."],
    ["sessions-end", "Ending all of them, after a look at what ends."],
  ]],
  ["History and proof", [
    ["history", "An account's history, each entry proven."],
    ["history-sessions", "Only its sessions, back to the beginning."],
    ["history-staff", "The history of a person on the staff."],
    ["history-server", "The history of a server: who was let in, for what, and what was taken back."],
    ["history-server-offline", "The same from the copy: why somebody logged in, only the server knows."],
    ["history-verified", "The log verifies, in plain words."],
    ["history-forged", "An entry that is not proven is not shown."],
    ["history-check-wrong", "The log does not verify."],
    ["history-offline", "Without a server, the log is checked as far as this copy goes."],
    ["history-old", "A history from an old copy."],
  ]],
  ["Staff and keys", [
    ["staff", "Staff, with roles and duty."],
    ["staff-touch", "A change of roles is confirmed by PIN and touch."],
    ["staff-duty", "A duty window is opened."],
    ["staff-assign", "A Primary CSM is assigned."],
    ["staff-suspend", "Suspending somebody, after a look at what ends."],
    ["staff-code", "A one-time code to enrol a key."],
    ["staff-add", "Somebody new."],
    ["keys", "The keys of all staff.", "dark"],
    ["keys-own", "One's own keys."],
    ["keys-revoke", "Revoking a key, after a look at what ends."],
    ["keys-last-admin", "The last key that can administer is not revoked in passing."],
    ["keys-bulk", "Several keys at once, by their model."],
    ["keys-bulk-confirm", "What several revocations end."],
  ]],
  ["Palette and keyboard", [
    ["palette", "Everything that can be done here."],
    ["palette-accounts", "Any account, from a few letters of its name."],
    ["palette-pasted", "A pasted ticket address leads to its account."],
    ["palette-none", "Nobody of that name has invited you."],
    ["link-not-invited", "A link to an account that has not invited you."],
    ["shortcuts", "Every key."],
    ["what-was-said", "Everything the console said lately."],
  ]],
  ["The lock", [
    ["locked", "Locked, with nothing of the account behind it; the session goes on.", "dark"],
    ["locked-quiet", "Locked, with no session open."],
    ["locked-pin", "The key opens it."],
    ["locked-offline", "With no server in reach, the key opens the verified copy."],
    ["kept-nowhere", "Neither key nor keyring could lock a copy, so there is none."],
  ]],
  ["Servers", [
    ["servers", "The servers that one's role is for, and who is on them now."],
    ["servers-own", "One's own connection, with its command to copy once more.", "dark"],
    ["palette-servers", "The palette finds servers, and Shift and Enter connects."],
    ["servers-connect", "A reason is asked for, and nothing opens without it."],
    ["servers-touch", "The touch is for this server and this reason."],
    ["servers-command", "No terminal was found: the command, and how long the certificate admits."],
    ["servers-ssh-key", "The SSH key that servers admit is enrolled by its public half."],
    ["servers-ssh-key-none", "A private key that was pasted is sent back."],
    ["servers-no-key", "Without an SSH key no server admits anybody."],
    ["servers-end", "A security admin ends a connection, and sees first what that does."],
    ["servers-admin", "A security admin sees every server, and connects to none."],
    ["servers-offline", "Out of reach: as it was told last, and nothing opens.", "dark"],
    ["servers-none", "No server is registered yet."],
    ["servers-fail", "The server does not answer."],
  ]],
  ["Settings", [
    ["settings", "Language, look and times."],
    ["settings-lock", "When the console locks itself, and what locks the copy on this computer."],
    ["settings-desktop", "Size, tray, notifications and a log for support."],
    ["settings-no-desktop", "The same on a desktop without a tray.", "dark"],
    ["settings-about", "Where a security concern is reported."],
    ["review", "Every grant, written to files that only you may read."],
    ["review-full-disk", "The disk is full."],
    ["closing", "Closing the window with sessions open."],
  ]],
  ["When something goes wrong", [
    ["problem-not-signed-in", "The sign-in is over."],
    ["problem-denied", "The session does not allow it."],
    ["problem-not-found", "It is not there."],
    ["problem-conflict", "It changed meanwhile."],
    ["problem-ceremony-gone", "It took too long."],
    ["problem-too-large", "It is too large."],
    ["problem-too-many-requests", "Too many requests, and when to try again."],
    ["problem-internal", "A fault of the server, with the number of the request."],
    ["problem-unavailable", "The server is busy."],
    ["problem-tls-failed", "The connection is not secure."],
    ["problem-offline", "The server is out of reach."],
    ["problem-not-fresh", "The gateway's copy is not fresh, so it refuses."],
    ["problem-upstream-unreachable", "The account-data API does not answer."],
    ["problem-route-refused", "The gateway does not know this route."],
  ]],
];

export function written() {
  const shown = ([name, sentence]) => `${sentence}\n\n![${sentence}](screens/${name}.png)\n`;
  const groups = GALLERY.map(([title, screens]) => `## ${title}\n\n${screens.map(shown).join("\n")}`);
  return `# Every screen\n\nThe console on invented data, in light and here and there in dark. \`make screens\` makes the pictures anew.\n\n${groups.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(PAGE, written());
  for (const [, screens] of GALLERY) for (const [name, , look = "light"] of screens) console.log(name, look);
}
