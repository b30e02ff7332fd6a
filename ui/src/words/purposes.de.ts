/** Wofür eine Berührung des Schlüssels ist, auf Deutsch: als Absicht. */
import type { Change, KeyPurpose } from "../backend/bindings";
import { count, roles } from "./de";

export function purpose(p: KeyPurpose): string {
  switch (p.purpose) {
    case "sign-in": return "um sich anzumelden";
    case "unlock": return "um diese Konsole zu entsperren";
    case "enrol": return "um ihn zu registrieren";
    case "read-write": return `um eine schreibende Sitzung in ${p.account_name} zu öffnen`;
    case "revoke-key": return `um den Schlüssel „${p.key_name}“ zu widerrufen`;
    case "enrol-ssh-key": return "um Ihren SSH-Schlüssel zu registrieren";
    case "connect": return `um sich an ${p.host} anzumelden, aus dem Grund, den Sie genannt haben`;
    case "end-connection": return `um die Verbindung von ${p.staff} zu ${p.host} zu beenden`;
    case "change": return changePurpose(p.change, p.subject);
  }
}

export function changePurpose(change: Change, subject: string): string {
  const n = Number(subject);
  switch (change.change) {
    case "end-sessions": return `um ${count(n, "Sitzung", "Sitzungen")} zu beenden`;
    case "revoke-keys": return `um ${count(n, "Schlüssel", "Schlüssel")} zu widerrufen`;
    case "add-staff": return `um ${subject} ins Personal aufzunehmen`;
    case "issue-code": return `um einen Registrierungscode für ${subject} zu erstellen`;
    case "suspend": return `um ${subject} zu sperren`;
    case "reinstate": return `um die Sperre von ${subject} aufzuheben`;
    case "give-role": return `um ${subject} die Rolle ${roles[change.role]} zu geben`;
    case "take-role": return `um ${subject} die Rolle ${roles[change.role]} zu entziehen`;
    case "open-duty": return `um den Supportdienst von ${subject} zu öffnen`;
    case "close-duty": return `um den Supportdienst von ${subject} zu schließen`;
    case "assign-primary-csm": return `um den Primary CSM von ${subject} zu bestimmen`;
    case "unassign-primary-csm": return `um ${subject} ohne Primary CSM zu lassen`;
  }
}
