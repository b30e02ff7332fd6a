/** What a touch of the key is for, in English: as an intention. */
import type { Change, KeyPurpose } from "../backend/bindings";
import { count, roles } from "./en";

export function purpose(p: KeyPurpose): string {
  switch (p.purpose) {
    case "sign-in": return "to sign in";
    case "unlock": return "to unlock this console";
    case "enrol": return "to enrol it";
    case "read-write": return `to open a read-write session on ${p.account_name}`;
    case "revoke-key": return `to revoke the key “${p.key_name}”`;
    case "enrol-ssh-key": return "to enrol your SSH key";
    case "connect": return `to log in to ${p.host}, for the reason you gave`;
    case "end-connection": return `to end the connection of ${p.staff} to ${p.host}`;
    case "change": return changePurpose(p.change, p.subject);
  }
}

/** What the touch does, as an intention: "to suspend Jonas Lind". */
export function changePurpose(change: Change, subject: string): string {
  const n = Number(subject);
  switch (change.change) {
    case "end-sessions": return `to end ${count(n, "session", "sessions")}`;
    case "revoke-keys": return `to revoke ${count(n, "key", "keys")}`;
    case "add-staff": return `to add ${subject} to the staff`;
    case "issue-code": return `to make an enrolment code for ${subject}`;
    case "suspend": return `to suspend ${subject}`;
    case "reinstate": return `to reinstate ${subject}`;
    case "give-role": return `to give ${subject} the role ${roles[change.role]}`;
    case "take-role": return `to take the role ${roles[change.role]} from ${subject}`;
    case "open-duty": return `to open support duty for ${subject}`;
    case "close-duty": return `to close the support duty of ${subject}`;
    case "assign-primary-csm": return `to assign the Primary CSM of ${subject}`;
    case "unassign-primary-csm": return `to leave ${subject} without a Primary CSM`;
  }
}
