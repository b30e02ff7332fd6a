/** Jedes Wort der Seite auf Deutsch. Die Form gibt der englische Katalog vor: was fehlt oder zu viel ist, übersetzt nicht. */
import type { ModeName, NoticeKind } from "../backend/bindings";
import { language } from "./language";
import type { Catalogue } from "./spoken.svelte";

type Part<N extends keyof Catalogue> = Catalogue[N];

export const said = language("de-DE");
export const { number, count, list } = said;
export * from "./purposes.de";
export * from "./servers.de";

export const lengths: Part<"lengths"> = { days: (n) => count(n, "Tag", "Tage"), h: (n) => `${n} h`, min: (n) => `${n} min`, s: (n) => `${n} s`, lately: "vor weniger als einer Minute", ago: (length) => `vor ${length.replace(/Tage\b/, "Tagen")}` };

export const modes: Part<"modes"> = { "read-only": "Lesend", "read-write": "Schreibend" };
export const plans: Part<"plans"> = { standard: "Standard", premium: "Premium" };
export const settings: Part<"settings"> = {
  "support-team-access": { name: "Support Team Access", short: "Support" },
  "customer-success-team-access": { name: "Customer Success Team Access", short: "Customer Success" },
};
export const roles: Part<"roles"> = {
  "technical-support": "Technischer Support",
  csm: "Customer Success",
  "security-admin": "Sicherheitsadmin",
  "infrastructure-engineer": "Infrastruktur",
  maintenance: "Wartung",
};

/** Warum nicht (mehr), als ganzer Satz. */
export const whys: Part<"whys"> = {
  "unknown-staff": "Doorward kennt Sie nicht als Teil des Personals.",
  "staff-suspended": "Sie sind gesperrt. Ein Sicherheitsadmin kann die Sperre aufheben.",
  "unknown-key": "Doorward kennt diesen Schlüssel nicht.",
  "key-of-another": "Dieser Schlüssel gehört jemand anderem.",
  "key-revoked": "Ihr Schlüssel wurde widerrufen.",
  "unknown-account": "Doorward kennt dieses Konto nicht.",
  "no-role": "Ihre Rolle gibt hier keinen Zugriff. Nötig sind Supportdienst oder Customer Success.",
  "outside-duty": "Ihr Supportdienst ist gerade nicht offen. Die Zeiten legt ein Sicherheitsadmin fest.",
  "not-granted": "Das Konto hat den Zugriff, den Ihre Rolle braucht, nicht eingeschaltet.",
  "grant-over": "Der Zugriff ist abgelaufen. Das Konto kann ihn wieder einschalten.",
  "read-only-for-you": "Support Team Access ist nur lesend. Ändern darf die oder der Primary CSM des Kontos.",
  "primary-csm-only": "Ändern darf nur die oder der Primary CSM des Kontos.",
  "ticket-missing": "Supportzugriff muss das Ticket nennen, dem er dient.",
  "touch-missing": "Eine schreibende Sitzung braucht eine frische Berührung Ihres Schlüssels.",
  "touch-for-something-else": "Die Berührung galt etwas anderem. Öffnen Sie die Sitzung noch einmal.",
  "sign-in-over": "Ihre Anmeldung ist abgelaufen. Melden Sie sich wieder an.",
  "other-account": "Die Sitzung wurde für ein anderes Konto geöffnet.",
  "read-only-session": "Diese Sitzung ist lesend, darum wurde nichts geändert. Änderungen brauchen eine schreibende Sitzung.",
  "session-over": "Die Zeit der Sitzung ist um.",
  "session-ended": "Die Sitzung wurde beendet.",
  "standing-taken": "Die Rolle oder der Dienst, auf dem diese Sitzung beruhte, wurde entzogen.",
  "not-permitted": "Sie dürfen das nicht tun.",
  "premium-only": "Customer Success Team Access gibt es für Premium-Konten.",
  "grant-too-long": "Ein Zugriff dauert höchstens 180 Tage.",
  "grant-needs-end": "Dieser Zugriff braucht ein Ende.",
  "grant-ends-in-past": "Der Zugriff würde in der Vergangenheit enden.",
  "unknown-host": "Doorward kennt diesen Server nicht.",
  "other-host": "Das Zertifikat gilt für einen anderen Server.",
  "ssh-key-missing": "Zu Ihrem Schlüssel gehört kein SSH-Schlüssel. Registrieren Sie zuerst einen.",
  "other-ssh-key": "Das Zertifikat gilt für einen anderen SSH-Schlüssel als den, der jetzt zu Ihrem Schlüssel gehört.",
  "unknown-certificate": "Doorward hat kein solches Zertifikat ausgestellt.",
  "other-authority": "Die Stelle, die dieses Zertifikat unterschrieben hat, gilt nicht mehr.",
  "certificate-over": "Das Zertifikat ist abgelaufen. Verbinden Sie sich neu, um ein neues zu bekommen.",
  "certificate-revoked": "Das Zertifikat wurde widerrufen.",
  "connection-over": "Die Verbindung hat so lange bestanden, wie eine darf.",
};

/** Was schiefging, nach seinem Code: was geschehen ist, was weiterhin gilt und was zu tun ist. */
export const problems: Part<"problems"> = {
  offline: { title: "Kein Server erreichbar", text: "Der Server antwortet nicht.", still: "Was zwischengespeichert ist, bleibt mit seinem Stand zu sehen. Ihre Sitzungen enden zu ihrer eigenen Zeit.", todo: "Prüfen Sie das Netz. Doorward versucht es von selbst wieder." },
  cancelled: { title: "Abgebrochen", text: "Es wurde abgebrochen, bevor es getan war.", still: "Nichts wurde geändert.", todo: "Beginnen Sie von vorn, wenn Sie es doch wollen." },
  "key-timed-out": { title: "Der Schlüssel wurde nicht rechtzeitig berührt", text: "Niemand hat den Schlüssel berührt, solange er wartete.", still: "Es wurde nichts getan, und der Schlüssel ist nicht gesperrt.", todo: "Versuchen Sie es noch einmal, und berühren Sie den Schlüssel, solange er blinkt." },
  "key-failed": { title: "Der Schlüssel hat nicht geantwortet", text: "Der Schlüssel hat abgebrochen, ohne zu sagen, warum.", still: "Es wurde nichts getan.", todo: "Ziehen Sie den Schlüssel ab, stecken Sie ihn wieder ein und versuchen Sie es noch einmal. Bleibt es dabei, nehmen Sie Ihren zweiten Schlüssel." },
  "key-unplugged": { title: "Der Schlüssel wurde abgezogen", text: "Er wurde unterwegs abgezogen und kam nicht zurück.", still: "Es wurde nichts getan und nichts verbraucht.", todo: "Stecken Sie den Schlüssel ein und beginnen Sie von vorn." },
  "key-no-permission": { title: "Dieses System lässt Doorward den Schlüssel nicht benutzen", text: "Ihr Benutzer darf auf diesem Computer keine Sicherheitsschlüssel öffnen.", still: "Der Schlüssel selbst ist in Ordnung, und nichts wurde von ihm verlangt.", todo: "Lassen Sie eine udev-Regel einrichten, oder melden Sie sich am Computer selbst an statt aus der Ferne." },
  "no-key-ceremony": { title: "Vom Schlüssel wird gerade nichts verlangt", text: "Es kam eine Antwort auf eine Frage, die vorbei ist.", still: "Damit wurde nichts getan.", todo: "Beginnen Sie von vorn." },
  "signed-out": { title: "Sie sind abgemeldet", text: "An dieser Konsole ist niemand angemeldet.", still: "Ihr Schlüssel und was Sie öffnen dürfen sind unverändert.", todo: "Melden Sie sich mit Ihrem Schlüssel an." },
  "session-not-open": { title: "Die Sitzung ist nicht offen", text: "Die Sitzung, zu der das gehört, ist vorbei.", still: "Sie sind angemeldet; andere Sitzungen gehen weiter.", todo: "Öffnen Sie das Konto neu aus der Liste." },
  "tls-failed": { title: "Die Verbindung ist nicht sicher", text: "Wer da antwortet, konnte nicht beweisen, der Server zu sein.", still: "Nichts wurde dorthin gesendet, und Ihre Anmeldung ist unberührt.", todo: "Umgehen Sie das nicht. Sagen Sie es Ihrem Sicherheitsteam, vor allem in einem Netz, das Sie nicht kennen." },
  locked: { title: "Die Konsole ist gesperrt", text: "Solange die Konsole gesperrt ist, wird nichts beantwortet.", still: "Ihre Sitzungen gehen hinter der Sperre weiter.", todo: "Entsperren Sie sie mit Ihrem Schlüssel." },
  "copy-refused": { title: "Die Kopie dieser Konsole ließ sich nicht bestätigen", text: "Die Kopie, die diese Konsole vom Protokoll hat, ließ sich nicht bestätigen.", still: "Nichts daraus wurde gezeigt oder entschieden. Sie wird neu geholt.", todo: "Warten Sie einen Moment. Kommt es wieder, sagen Sie es Ihrem Sicherheitsteam." },
  "not-proven": { title: "Das ist nicht bewiesen", text: "Was der Server geschickt hat, passt nicht zum signierten Protokoll.", still: "Nichts davon wurde gezeigt. Die Kopie auf diesem Computer ist, wie sie war.", todo: "Versuchen Sie es noch einmal. Kommt es wieder, sagen Sie es Ihrem Sicherheitsteam." },
  "not-saved": { title: "Die Datei ließ sich nicht schreiben", text: "Der Ordner nahm keine neue Datei an.", still: "Nichts wurde geschrieben, und nichts ist verloren.", todo: "Sehen Sie nach, ob die Platte voll ist oder der Ordner jemand anderem gehört, und sichern Sie noch einmal." },
  "bad-request": { title: "Der Server hat nicht verstanden", text: "Was gesendet wurde, hat keine Form, die der Server kennt.", still: "Es wurde nichts getan.", todo: "Sehen Sie sich an, was Sie eingegeben haben. Stimmt es, melden Sie die Nummer darunter." },
  "not-signed-in": { title: "Ihre Anmeldung ist abgelaufen", text: "Der Server kennt Ihre Anmeldung nicht mehr.", still: "Ihr Schlüssel ist dadurch allein nicht widerrufen.", todo: "Melden Sie sich mit Ihrem Schlüssel neu an." },
  "other-certificate": { title: "Die Anmeldung gehört zu einer anderen Konsole", text: "Die Anmeldung ist an das Zertifikat einer anderen Konsole gebunden.", still: "Hier ist sie nichts wert, und niemand sonst kann sie benutzen.", todo: "Melden Sie sich an dieser Konsole an." },
  denied: { title: "Nicht erlaubt", text: "Die Regeln erlauben es nicht.", still: "Alles, was Sie dürfen, steht Ihnen weiter offen.", todo: "Wenn Sie es brauchen, fragen Sie, wer es geben kann: den Kunden oder einen Sicherheitsadmin." },
  "not-found": { title: "Es ist nicht da", text: "Wonach Sie gefragt haben, ist nicht da.", still: "Ihre Sitzung besteht.", todo: "Suchen Sie noch einmal danach: Vielleicht wurde es inzwischen entfernt oder umbenannt." },
  "ceremony-gone": { title: "Das hat zu lange gedauert", text: "Die Berührung kam zu spät oder war schon verbraucht.", still: "Durch sie wurde nichts getan. Eine Berührung gilt einmal, binnen zwei Minuten.", todo: "Beginnen Sie von vorn." },
  "key-refused": { title: "Der Server hat diesen Schlüssel nicht angenommen", text: "Der Server nimmt nicht an, was dieser Schlüssel geantwortet hat.", still: "Ihre anderen Schlüssel betrifft das nicht.", todo: "Benutzen Sie einen Schlüssel, den Sie registriert haben, von einem Modell, dem Ihr Sicherheitsteam vertraut." },
  "code-refused": { title: "Dieser Code gilt nicht", text: "Der Registrierungscode ist falsch, verbraucht oder zu alt.", still: "Ihre Schlüssel sind unverändert.", todo: "Geben Sie ihn Buchstabe für Buchstabe neu ein, oder bitten Sie einen Sicherheitsadmin um einen anderen." },
  conflict: { title: "Es hat sich inzwischen geändert", text: "Jemand anderes hat es inzwischen geändert.", still: "Dessen Änderung steht; nichts von Ihnen wurde darübergeschrieben.", todo: "Sehen Sie es sich an, wie es jetzt ist, und entscheiden Sie dann neu." },
  "too-many-requests": { title: "Zu viele Anfragen", text: "Es wurde mehr verlangt, als auf einmal durchgelassen wird.", still: "Diese Anfrage hat nichts getan. Ihre Sitzung besteht.", todo: "Warten Sie, und fragen Sie dann noch einmal." },
  "too-large": { title: "Zu viel auf einmal", text: "Was verlangt oder gesendet wurde, ist größer, als durchgelassen wird.", still: "Es wurde nichts getan.", todo: "Verlangen Sie weniger auf einmal." },
  "timed-out": { title: "Keine rechtzeitige Antwort", text: "Es kam keine rechtzeitige Antwort.", still: "Es ist nicht bekannt, ob es getan wurde.", todo: "Sehen Sie nach, wie die Dinge stehen, bevor Sie es wiederholen." },
  "not-fresh": { title: "Das Gateway lässt gerade nichts durch", text: "Das Gateway kann nicht beweisen, dass seine Kopie frisch ist, darum lässt es nichts durch.", still: "Ihre Sitzung besteht, und es wurde nichts getan.", todo: "Warten Sie ein paar Sekunden und versuchen Sie es noch einmal." },
  "route-refused": { title: "Das gehört nicht zu dem, was Sitzungen dürfen", text: "Das Gateway lässt keine Sitzung diesen Teil der Schnittstelle des Kunden benutzen.", still: "Nichts wurde weitergegeben. Alles andere ist offen wie zuvor.", todo: "Tun Sie es auf anderem Weg, oder bitten Sie, wer das Gateway betreibt, es zu erlauben." },
  "upstream-unreachable": { title: "Die Daten des Kunden sind nicht erreichbar", text: "Das System, das die Daten des Kunden hält, antwortet nicht.", still: "Ihre Sitzung besteht, und die Einladung auch.", todo: "Versuchen Sie es in einer Minute noch einmal. Bleibt es dabei, sagen Sie es, wer jenes System betreibt." },
  unavailable: { title: "Der Server ist beschäftigt oder wird neu gestartet", text: "Der Server ist beschäftigt oder wird gerade neu gestartet.", still: "Es wurde nichts getan. Was offen ist, bleibt offen.", todo: "Versuchen Sie es gleich noch einmal." },
  internal: { title: "Bei uns ist etwas kaputtgegangen", text: "Bei uns ist etwas kaputtgegangen.", still: "Es ist nicht bekannt, ob es getan wurde.", todo: "Sehen Sie nach, wie die Dinge stehen. Melden Sie dann die Nummer darunter: Sie führt zur Zeile im Protokoll." },
};

/** Was eine Sitzung (oder eine Anmeldung) beendet hat: was geschehen ist und was zu tun ist. */
export const endings: Part<"endings"> = {
  you: { title: "Sie haben die Sitzung beendet", text: "So steht es im Verlauf des Kontos. Hier bleibt nichts vom Konto zurück." },
  "signed-out": { title: "Sie haben sich abgemeldet", text: "Mit Ihrer Anmeldung endeten alle Ihre Sitzungen." },
  "security-admin": { title: "Ein Sicherheitsadmin hat die Sitzung beendet", text: "Fragen Sie Ihr Sicherheitsteam, bevor Sie eine neue öffnen." },
  customer: { title: "Der Kunde hat die Sitzung beendet", text: "Jemand beim Kunden hat sie auf der eigenen Seite beendet. Der Zugang ist noch eingeschaltet; fragen Sie dort nach, bevor Sie eine neue öffnen." },
  replaced: { title: "Eine andere schreibende Sitzung ist an ihre Stelle getreten", text: "Eine Person hat höchstens eine schreibende Sitzung." },
  "time-up": { title: "Die Zeit der Sitzung ist um", text: "Öffnen Sie eine neue, solange die Einladung des Kontos gilt." },
  "customer-switched-off": { title: "Der Kunde hat den Zugriff ausgeschaltet", text: "Die Einladung ist sofort zurückgenommen, für jede Sitzung, die darauf beruhte. Nur der Kunde kann wieder einladen." },
  "grant-ran-out": { title: "Die Einladung des Kunden ist abgelaufen", text: "Sie endete zu der Zeit, die der Kunde gewählt hat. Nur der Kunde kann wieder einladen." },
  "key-revoked": { title: "Ihr Schlüssel wurde widerrufen", text: "Alles, was er geöffnet hat, ist geschlossen. Melden Sie sich mit einem anderen Schlüssel an, oder bitten Sie einen Sicherheitsadmin um einen Registrierungscode." },
  "role-taken": { title: "Ihre Rolle wurde entzogen", text: "Die Sitzung beruhte darauf. Fragen Sie einen Sicherheitsadmin, falls das ein Irrtum war." },
  "duty-ended": { title: "Ihr Supportdienst ist zu Ende", text: "Die Sitzung beruhte darauf. Die nächste Zeit legt ein Sicherheitsadmin fest." },
  "primary-csm-changed": { title: "Das Konto hat einen anderen Primary CSM", text: "Ändern darf nur die oder der Primary CSM. Lesen dürfen Sie vielleicht weiterhin." },
  "staff-suspended": { title: "Sie wurden gesperrt", text: "Alles, was Sie offen hatten, ist geschlossen. Sprechen Sie mit Ihrem Sicherheitsteam." },
  "sign-in-over": { title: "Ihre Anmeldung ist abgelaufen", text: "Melden Sie sich mit Ihrem Schlüssel an, um weiterzumachen." },
  idle: { title: "Das Schreiben endete, weil darin nichts geschah", text: "Änderungen brauchen eine frische Berührung. Öffnen Sie das Konto neu, um weiterzumachen." },
  unknown: { title: "Die Sitzung ist geschlossen", text: "Der Server nimmt sie nicht mehr an. In der Liste steht, was Sie jetzt öffnen dürfen." },
};

export const signIn: Part<"signIn"> = {
  title: "Anmelden",
  lead: "Mit Ihrer Kennung und Ihrem Dienstschlüssel.",
  handle: "Kennung",
  go: "Weiter mit Schlüssel",
  enrol: "Schlüssel registrieren",
  review: "Offline ansehen",
};

export const enrol: Part<"enrol"> = {
  title: "Schlüssel registrieren", steps: ["Code", "Name", "Schlüssel"], step: (n) => `Schritt ${n} von 3`,
  codeTitle: "Ihr Einmalcode", codeLead: "Ein Sicherheitsadmin gibt ihn Ihnen, persönlich oder am Telefon. Er gilt einmal.",
  code: "Einmalcode", next: "Weiter",
  nameTitle: "Schlüssel benennen", nameLead: "Halten Sie den neuen Schlüssel bereit: der nächste Schritt fragt danach.",
  name: "Name des Schlüssels", nameHint: "Damit Sie ihn wiedererkennen, etwa „Blauer Schlüssel am Bund“.",
  go: "Weiter mit Schlüssel", back: "Zurück", leave: "Zurück zur Anmeldung",
  done: "Der Schlüssel ist registriert", doneText: (handle) => `Sie melden sich mit der Kennung ${handle} an.`,
  second: "Registrieren Sie jetzt einen zweiten Schlüssel", secondText: "Schlüssel gehen verloren, und ohne einen kann niemand Sie anmelden. Bitten Sie um einen weiteren Code, und bewahren Sie den zweiten Schlüssel woanders auf.",
  another: "Ich habe noch einen Code", signIn: "Zur Anmeldung",
};

export const untrusted: Part<"untrusted"> = {
  title: "Diesem Modell wird nicht vertraut",
  text: (model) => `In der Modellliste Ihres Sicherheitsteams fehlt ${model}. Registrieren Sie einen Schlüssel eines Modells, das darin steht, oder nennen Sie dem Team diese Nummer. Ihr Code wurde nicht verbraucht.`,
};

export const key: Part<"key"> = {
  title: "Dienstschlüssel",
  insert: "Stecken Sie Ihren Schlüssel ein",
  insertText: (why) => `Sie brauchen ihn, ${why}.`,
  choose: "Berühren Sie den Schlüssel, den Sie benutzen wollen",
  chooseText: "Es stecken mehrere Schlüssel. Benutzt wird der, den Sie berühren.",
  pin: "Geben Sie die PIN Ihres Schlüssels ein",
  pinLabel: "PIN",
  pinText: (why) => `Sie geht an den Schlüssel und nirgendwohin sonst. Sie brauchen sie, ${why}.`,
  wrong: "Diese PIN war nicht richtig.",
  retries: (n) => `Noch ${count(n, "Versuch", "Versuche")}, bevor der Schlüssel sich sperrt.`,
  go: "Weiter",
  touch: "Berühren Sie Ihren Schlüssel",
  touchText: (why) => `Er blinkt. Die Berührung gilt einmal, ${why}.`,
  checking: "Der Server prüft",
  noPin: "Dieser Schlüssel hat keine PIN",
  replug: "Der Schlüssel ist vorerst gesperrt",
  replugText: "Zu viele falsche PINs hintereinander. Ziehen Sie ihn ab und stecken Sie ihn wieder ein.",
  blocked: "Der Schlüssel ist gesperrt",
  blockedText: "Zu viele falsche PINs. Er muss zurückgesetzt und neu registriert werden. Bitten Sie einen Sicherheitsadmin um einen Code.",
  notYours: "Das ist keiner Ihrer Schlüssel",
  notYoursText: "Benutzen Sie den Schlüssel, den Sie registriert haben, oder registrieren Sie zuerst diesen.",
  cancel: "Abbrechen",
};

export const shell: Part<"shell"> = {
  product: "Doorward", titleIn: (account, mode) => `${account} · ${modes[mode]} · Doorward`,
  accounts: "Konten", timeline: "Zeitleiste", everywhere: "Sitzungen", staff: "Personal", servers: "Server", keys: "Dienstschlüssel", sessions: "Offene Sitzungen", noSessions: "Keine offen",
  signOut: "Abmelden", shortcuts: "Tastenkürzel", theme: "Zwischen hell und dunkel wechseln",
  online: "Aktuell", reconnecting: "Verbindet neu", offline: "Offline",
  feed: (n) => `${count(n, "Eintrag", "Einträge")} bestätigt`,
  asOf: (stamp, ago, state) => `Stand ${stamp} (${ago}) · ${state.toLowerCase()}`,
  asOfNever: "Noch nichts zwischengespeichert",
  offlineText: "Gezeigt wird die bestätigte Kopie dieser Konsole. Bis der Server wieder da ist, öffnet sich nichts.",
  reconnectingText: "Die Kopie ist nicht mehr frisch. Bis sie es ist, öffnet sich nichts.",
  notSignedIn: "Offline-Ansicht: nicht angemeldet",
  signInEnds: (left) => `Noch ${left} angemeldet`, signInUntil: (at) => `Ihre Anmeldung endet ${at}`,
  review: "Offline-Ansicht", main: "Hauptbereich", command: "Suchen oder tun", settings: "Einstellungen",
};

export const accounts: Part<"accounts"> = {
  title: "Konten", search: "Nach Name oder Id suchen", empty: "Kein Konto hat Zugriff gegeben",
  emptyText: "Kunden laden Sie unter Settings > Account Settings > Privacy & Data ein. Sobald einer es tut, erscheint er hier von selbst.",
  noMatch: "Nichts gefunden", noMatchText: "Ändern Sie die Wörter oder den Filter.", clear: "Alle zeigen",
  copy: "Anleitung kopieren", copied: "Kopiert",
  instructions: "So lassen Sie unser Team herein: Öffnen Sie Settings > Account Settings > Privacy & Data, schalten Sie Support Team Access oder Customer Success Team Access ein und wählen Sie, bis wann. Ausschalten können Sie es jederzeit; es wirkt sofort.",
  list: "Konten, die Sie eingeladen haben", shown: (n, all) => (n === all ? count(n, "Konto", "Konten") : `${number(n)} von ${count(all, "Konto", "Konten")}`),
  filters: { all: "Alle", pinned: "Angeheftet", mine: "Meine", "read-only": "Lesend", "read-write": "Schreibend", ending: "Endet bald" },
  filterLabel: "Filter", sortLabel: "Sortieren", sorts: { ending: "Was zuerst endet", name: "Name", newest: "Neueste zuerst" },
  may: "Sie dürfen", invited: "Eingeladen von", ends: "Verbleibende Zeit", indefinite: "Unbefristet", none: "Kein Zugriff",
  noName: "Name nicht bekannt", primary: "Primary CSM", nobody: "Niemand", you: "Sie", on: "Ein", off: "Aus",
  grantedBy: (who) => `von ${who ?? "jemandem, dessen Name nicht bekannt ist"}`,
  granted: (at) => `seit ${at}`, ending: (at) => `Endet ${at}`, over: "Abgelaufen",
  open: { "read-only": "Lesend öffnen", "read-write": "Schreibend öffnen" }, goTo: "Zur offenen Sitzung", plan: "Tarif", id: "Id",
  choose: "Konto wählen", chooseText: "Hier stehen seine Einladungen und was Sie dort dürfen.",
  whyTitle: "Warum nicht mehr", everything: "Alles, was diese Konsole öffnen kann.",
  pin: "Oben in der Befehlspalette halten", pinned: "Angeheftet", ticket: "Ticket", putAway: "Ticket weglegen",
  indefiniteText: "Bis der Kunde es ausschaltet",
};

export const timeline: Part<"timeline"> = {
  title: "Zeitleiste", asTable: "Tabelle", move: "Verschieben", zoom: "Gezeigte Länge", earlier: "Früher", later: "Später", now: "Jetzt", shorter: "Kürzer", longer: "Länger",
  off: "Ausgeschaltet", offAt: (stamp) => `Ausgeschaltet ${stamp}`, primary: (name) => `${name}, Primary CSM`,
  who: { "support-team-access": "Technischer Support und wer Dienst hat", "customer-success-team-access": "Customer Success" },
  columns: ["Konto", "Wer hineindarf", "Art", "Von", "Bis", "Verbleibend"], more: (n) => `Mehr zeigen (noch ${count(n, "Konto", "Konten")})`,
};

export const changes: Part<"changes"> = { type: (what) => `Zur Bestätigung ${what} eingeben`, cancel: "Abbrechen" };

export const staff: Part<"staff"> = {
  title: "Personal", shown: (n) => count(n, "Person", "Personen"), search: "Personen oder Rollen suchen", none: "Niemand gefunden", you: "Sie",
  suspended: "Gesperrt", onDuty: "Im Dienst", noRole: "Keine Rolle", keyCount: (n) => (n === 0 ? "Kein Schlüssel" : count(n, "Schlüssel", "Schlüssel")),
  add: "Person aufnehmen", addTitle: "Jemanden ins Personal aufnehmen", name: "Name", handle: "Kennung", handleHint: "Damit meldet sich die Person an: Kleinbuchstaben, Ziffern, Punkte und Bindestriche.", touchAdd: "Schlüssel berühren und aufnehmen",
  added: (name) => `${name} ist aufgenommen. Geben Sie eine Rolle, und erstellen Sie dann einen Registrierungscode.`, cancel: "Abbrechen", touch: "Schlüssel berühren und ausführen",
  roles: "Rollen", takeRole: (role, name) => `${name} die Rolle ${role} entziehen`, takeRoleLead: "Was auf der Rolle beruht, endet sofort. Sie später wieder zu geben bringt nichts davon zurück.",
  roleTaken: (role, name) => `${name} hat die Rolle ${role} nicht mehr.`, roleGiven: (role, name) => `${name} hat die Rolle ${role}.`,
  duty: "Supportdienst", openDuty: "Öffnen", openDutyFor: (name) => `Supportdienst für ${name}`, noDuty: "Kein Dienst ist offen oder geplant.", now: "Jetzt", later: "Später", from: "Von", until: "Bis",
  lengths: "Länge", hours: (n) => `${n} h`, dutyWrong: "Ein Dienst braucht ein Ende, das nach seinem Anfang liegt.", touchDuty: "Schlüssel berühren und öffnen", dutyOpened: (name) => `Der Supportdienst für ${name} ist offen.`,
  closeDuty: (from) => `Dienst ab ${from} schließen`, closeDutyOf: (name) => `Supportdienst von ${name} schließen`, closeDutyLead: "Sitzungen, die auf diesem Dienst beruhen, enden sofort.", dutyClosed: (name) => `Der Supportdienst von ${name} ist geschlossen.`,
  primary: "Primary CSM von", assign: "Bestimmen", assignTo: (name) => `${name} zum Primary CSM machen`, noPrimary: "Kein Konto.", account: "Konto", accountHint: "Name oder Id", now_: "Primary CSM jetzt", nobody: "niemand", byId: (id) => `Das Konto mit der Id ${id}`,
  assignOf: (account, name) => `${name} zum Primary CSM von ${account} machen`, assignLead: "Wer jetzt Primary CSM ist, verliert dort sofort die schreibenden Sitzungen.", assigned: (account, name) => `${name} ist Primary CSM von ${account}.`,
  unassign: (account) => `${account} ohne Primary CSM lassen`, unassignLead: "Schreibende Sitzungen enden dort sofort, und niemand kann eine neue öffnen, bis jemand bestimmt ist.", unassigned: (account) => `${account} hat keinen Primary CSM.`,
  keys: "Schlüssel", showKeys: "Schlüssel zeigen", issue: "Registrierungscode erstellen",
  codeFor: (name) => `Registrierungscode für ${name}`, codeLead: "Übergeben Sie ihn persönlich oder in einem Anruf, dem Sie trauen. Er gilt einmal und wird nur jetzt gezeigt.", codeUntil: (at) => `Gültig bis ${at}`, copy: "Kopieren", codeCopied: "Kopiert. In einer Minute wird die Zwischenablage geleert.", handed: "Er ist übergeben",
  suspend: "Sperren", suspendOf: (name) => `${name} sperren`, suspendLead: "Jede Anmeldung und Sitzung endet sofort, und unbenutzte Codes sind nichts mehr wert. Schlüssel bleiben und gelten wieder, wenn Sie die Sperre aufheben.", touchSuspend: "Schlüssel berühren und sperren",
  suspendDone: (name) => `${name} ist gesperrt.`, reinstate: "Sperre aufheben", reinstated: (name) => `Die Sperre von ${name} ist aufgehoben.`,
};

export const bulk: Part<"bulk"> = {
  open: "Mehrere widerrufen", title: "Mehrere Schlüssel widerrufen", explain: "Für einen Vorfall: ein Modell, das sich als schwach erwies, oder alles, was vor einem Tag registriert wurde.", model: "Modell", anyModel: "Jedes Modell", before: "Registriert vor", choose: "Wählen Sie ein Modell, einen Tag oder beides.",
  count: (n, all) => `${number(n)} von ${count(all, "Schlüssel trifft", "Schlüsseln treffen")} zu.`, most: (n) => `Die ersten ${number(n)} gehen mit einer Berührung; wiederholen Sie es für den Rest.`, list: "Zutreffende Schlüssel", own: "Ihr eigener Schlüssel ist darunter: Sie würden abgemeldet.",
  next: "Zeigen, was endet", cancel: "Abbrechen", revoke: (n) => `${count(n, "Schlüssel", "Schlüssel")} widerrufen`, lead: "Das lässt sich nicht zurücknehmen. Jeder Schlüssel kann nur neu registriert werden.", touch: "Schlüssel berühren und widerrufen", done: (n) => `${count(n, "Schlüssel ist", "Schlüssel sind")} widerrufen.`,
};

export const everywhere: Part<"everywhere"> = {
  title: "Sitzungen", count: (n) => `${count(n, "Sitzung lebt", "Sitzungen leben")} gerade.`, own: "Ihre, auf allen Konsolen.", search: "Person, Konto oder Ticket suchen",
  columns: ["Wer", "Konto", "Art", "Warum", "Geöffnet", "Verbleibend"], pick: "Wählen", pickOne: (who, account) => `Sitzung von ${who} in ${account} wählen`,
  you: "Sie", otherConsole: "in einer anderen Konsole", leftOf: (account) => `Verbleibend in ${account}`, end: "Beenden", endOne: (who, account) => `Sitzung von ${who} in ${account} beenden`,
  endAll: (n) => `Alle beenden (${number(n)})`, endPicked: (n) => `${count(n, "Sitzung", "Sitzungen")} beenden`, endLead: "Sie endet sofort, wo immer sie offen ist, und im Verlauf des Kontos steht, dass ein Sicherheitsadmin sie beendet hat.",
  go: "Schlüssel berühren und beenden", done: (n) => `${count(n, "Sitzung ist", "Sitzungen sind")} beendet.`,
  none: "Niemand ist in einem Konto", noneOwn: "Sie haben keine Sitzung offen", noneText: "Sitzungen erscheinen hier binnen drei Sekunden, nachdem sie geöffnet wurden, auf welcher Konsole auch immer.",
};

export const open: Part<"open"> = {
  title: (name) => `${name} öffnen`, mode: "Art", reason: "Grund", ticket: "Supportticket",
  reasonHint: "Der Kunde liest das im Verlauf des Kontos. 3 bis 500 Zeichen.",
  reasonPlaceholder: "Was Sie ansehen wollen, und für wen",
  ticketNeeded: "Supportzugriff muss das Ticket nennen, dem er dient.", ticketOptional: "Falls es eines gibt.",
  ticketWrong: "Nur Buchstaben, Ziffern und # - _ . /, höchstens 64.", reasonWrong: "Sagen Sie in 3 bis 500 Zeichen, warum.",
  modeTexts: { "read-only": "Ansehen, nichts ändern. Bis zu 60 Minuten.", "read-write": "Attribute ändern. Bis zu 15 Minuten, mit einer Berührung Ihres Schlüssels." },
  go: { "read-only": "Lesend öffnen", "read-write": "Schlüssel berühren und öffnen" }, cancel: "Abbrechen", opening: "Wird geöffnet…",
};

const sitting: Record<ModeName, string> = { "read-only": "Lesende Sitzung", "read-write": "Schreibende Sitzung" };
export const session: Part<"session"> = {
  banner: (mode) => sitting[mode], left: "übrig", end: "Sitzung beenden", ticket: "Ticket",
  tabs: { workspaces: "Arbeitsbereiche", people: "Personen", messages: "Nachrichten" }, warnAt: (left) => `Die Sitzung endet in ${left}.`,
  ended: { label: "Sitzung beendet", at: (t) => `um ${t}`, gone: "Auf dieser Konsole bleibt nichts von diesem Konto zurück.", back: "Zurück zu den Konten" },
  loading: "Wird geladen", more: "Mehr laden", retry: "Noch einmal versuchen",
  endings: "Sitzungen, die bald enden", soon: (account) => `${account}: weniger als 10 Minuten übrig`, soonLeft: (account) => `Verbleibend in ${account}`, soonText: "Machen Sie weiter, ohne die Stelle zu verlieren.", soonOver: "Sie lässt sich nicht erneuern: Auch die Einladung oder Ihre Anmeldung endet.",
  renew: { "read-only": "Erneuern", "read-write": "Schlüssel berühren und erneuern" }, lastMinute: (account) => `Weniger als eine Minute übrig in ${account}`, lastText: "Dann schließt sich die Ansicht, und hier bleibt nichts vom Konto zurück.",
  lastDrafts: (n) => `Nicht gespeicherte Änderungen an ${count(n, "Person", "Personen")} gehen verloren, wenn sie endet.`, letEnd: "Enden lassen", enable: "Änderungen ermöglichen", backToReading: "Das Schreiben ist vorbei. Sie sind wieder in der lesenden Sitzung.",
  endDrafts: "Sitzung beenden?", endDraftsText: (n) => `Sie haben Änderungen an ${count(n, "Person", "Personen")}, die nicht angewendet wurden. Sie gehen verloren.`, keepOn: "Weiterarbeiten", endAnyway: "Beenden und verlieren", draft: "Noch nicht angewendet",
};

export const workspaces: Part<"workspaces"> = { title: "Arbeitsbereiche", people: "Personen", sent: "Gesendete Nachrichten", billable: "Abrechenbar", name: "Arbeitsbereich", none: "Dieses Konto hat keine Arbeitsbereiche." };

export const people: Part<"people"> = {
  title: "Personen", field: "Attribut", operator: "Bedingung", value: "Wert", eq: "ist", exists: "ist gesetzt", go: "Suchen", clear: "Leeren",
  add: "Bedingung hinzufügen", remove: "Diese Bedingung entfernen", none: "Niemand gefunden", noneText: "Attribute müssen genau stimmen, Buchstabe für Buchstabe.",
  noneAtAll: "Dieses Konto hat keine Personen.", email: "E-Mail", id: "Id", cio: "Interne Id", search: "E-Mail-Adresse oder Wert des Attributs", list: "Gefundene Personen",
};

export const person: Part<"person"> = {
  back: "Personen", attributes: "Attribute", activity: "Aktivität", messages: "Nachrichten", edit: "Attribute bearbeiten", add: "Attribut hinzufügen",
  readOnly: "Diese Sitzung ist lesend. Um etwas zu ändern, öffnen Sie eine schreibende Sitzung.", unsubscribed: "Abbestellt",
  name: "Name", value: "Wert", set: "Zuletzt gesetzt", save: "Änderungen prüfen", cancel: "Abbrechen", noChange: "Noch nichts geändert.",
  preview: "Änderung prüfen", previewText: (n) => `${count(n, "Attribut ändert", "Attribute ändern")} sich. Der Verlauf des Kontos zeigt, wer sie geändert hat; die Werte stehen nicht darin.`,
  was: "War", becomes: "Wird", absent: "nicht gesetzt", removed: "entfernt", apply: "Änderung anwenden", applied: "Geändert", keep: "Zurück zum Bearbeiten",
  remove: "Entfernen", undoRemove: "Behalten", noActivity: "Keine Aktivität in den letzten 30 Tagen.", noMessages: "Keine Nachrichten.", devices: "Geräte", email: "E-Mail", reveal: (name) => `${name} zeigen`, revealText: "Zeigen. Jeder Blick steht als Lesezugriff im Verlauf des Kontos.",
};

export const messages: Part<"messages"> = {
  title: "Nachrichten", kind: "Art", all: "Alle Arten", metric: "Ergebnis", anyMetric: "Jedes Ergebnis", subject: "Betreff", to: "An", sent: "Erstellt", none: "Keine Nachricht gefunden.",
  open: "Inhalt zeigen", openText: "Das Lesen des Inhalts steht im Verlauf des Kontos.", content: "Inhalt", from: "Von", noSubject: "Kein Betreff", close: "Schließen",
};

/** Wie das System des Kunden die Dinge nennt. Was hier fehlt, steht so da, wie jenes es sagt. */
export const upstream: Part<"upstream"> = {
  kinds: { email: "E-Mail", push: "Push", in_app: "In der App", webhook: "Webhook", twilio: "SMS", slack: "Slack", whatsapp: "WhatsApp" },
  outcomes: { created: "erstellt", sent: "gesendet", delivered: "zugestellt", opened: "geöffnet", clicked: "angeklickt", converted: "Ziel erreicht", bounced: "zurückgewiesen", dropped: "verworfen", failed: "fehlgeschlagen", spammed: "als Spam gemeldet", undeliverable: "unzustellbar" },
  activities: { page: "Seite angesehen", event: "Ereignis", attribute_change: "Attribut geändert", sent_email: "E-Mail gesendet", delivered_email: "E-Mail zugestellt", opened_email: "E-Mail geöffnet", clicked_email: "Link angeklickt" },
};

export const keys: Part<"keys"> = {
  title: "Dienstschlüssel", lead: "Jeder Schlüssel öffnet, was sein Besitzer öffnen darf, bis er widerrufen wird.", mine: "Ihre Schlüssel", others: "Die aller anderen", name: "Schlüssel", owner: "Person",
  model: "Modell", number: (n) => `Nr. ${n}`, enrolled: "Registriert", used: "Zuletzt benutzt", never: "Nie", state: "Zustand", inUse: "Hier in Benutzung", revoked: "Widerrufen", active: "Aktiv",
  revoke: "Widerrufen", revokeTitle: (name) => `„${name}“ widerrufen`, revokeLead: "Das lässt sich nicht zurücknehmen. Der Schlüssel kann nur neu registriert werden.",
  effects: "Was sofort endet", effectSessions: (n) => count(n, "offene Sitzung", "offene Sitzungen"), effectSignIns: (n) => count(n, "Anmeldung", "Anmeldungen"),
  effectNone: "Damit ist nichts offen.", lastAdmin: "Es ist der letzte Schlüssel, der Doorward verwalten kann. Danach könnte niemand mehr Schlüssel registrieren oder widerrufen.",
  signsOut: "Sie sind damit angemeldet: diese Konsole meldet Sie ab.", queued: "Kein Server erreichbar: es wirkt auf dieser Konsole sofort und überall, sobald der Server wieder da ist.",
  type: (name) => `Zur Bestätigung ${name} eingeben`, go: "Schlüssel widerrufen", cancel: "Abbrechen", done: (name) => `„${name}“ ist widerrufen.`, search: "Person oder Schlüssel suchen", none: "Kein Schlüssel gefunden.",
};

export const shortcuts: Part<"shortcuts"> = {
  title: "Tastenkürzel", close: "Schließen",
  rows: [
    ["/", "Suchen"], ["j / k", "Nächstes, voriges Konto"], ["Enter", "Gewähltes Konto öffnen oder dorthin gehen"], ["w", "Schreibend öffnen"], ["p", "Gewähltes Konto anheften oder lösen"], ["h", "Verlauf des gewählten Kontos oder Servers"], ["Ctrl K", "Alles finden, alles tun"], ["Ctrl L", "Jetzt sperren"],
    ["g a", "Konten"], ["g t", "Zeitleiste"], ["g s", "Sitzungen"], ["g p", "Personal"], ["g v", "Server"], ["g k", "Dienstschlüssel"], ["g ,", "Einstellungen"], ["g m", "Was gesagt wurde"], ["+ / -", "In der Zeitleiste: kürzer, länger"], ["← / →", "Früher, später; 0 führt zurück zu jetzt"], ["1 2 3", "In einer Sitzung: Arbeitsbereiche, Personen, Nachrichten"], ["?", "Diese Übersicht"], ["Esc", "Schließen oder die Suche verlassen"],
  ],
};

export const palette: Part<"palette"> = {
  title: "Suchen oder tun", label: "Konto, Aktion oder etwas Eingefügtes", placeholder: "Konto finden, etwas tun oder Id, E-Mail, Ticketlink einfügen",
  groups: { here: "Hier", found: "Aus dem Eingefügten", pins: "Angeheftet", recents: "Zuletzt", accounts: "Konten", servers: "Server", sessions: "Offene Sitzungen", go: "Gehen zu", do: "Tun" },
  accounts: "Konten", timeline: "Zeitleiste", everywhere: "Sitzungen", staff: "Personal", servers: "Server", keys: "Dienstschlüssel", settings: "Einstellungen", theme: "Zwischen hell und dunkel wechseln", contrast: "Hohen Kontrast umschalten", said: "Meldungen noch einmal lesen", shortcuts: "Tastenkürzel zeigen", signOut: "Abmelden",
  endAll: (n) => `Alle meine Sitzungen beenden (${number(n)})`, end: (account) => `Sitzung in ${account} beenden`,
  open: (mode: ModeName, account) => `${account} ${mode === "read-only" ? "lesend" : "schreibend"} öffnen`,
  useTicket: (ticket) => `${ticket} als Ticket der nächsten Sitzung benutzen`, inTicket: (ticket) => `Offen für Ticket ${ticket}`,
  person: (email, account) => `${email} in ${account} suchen`, workspace: (id) => `Arbeitsbereich ${id}`, byId: "Diese Id", byDomain: (domain) => `Heißt wie ${domain}`,
  none: "Nichts gefunden", noneText: "Ein Konto, das hier nicht steht, hat Sie nicht eingeladen. Kunden tun das unter Settings > Account Settings > Privacy & Data.",
  hints: { choose: "wählen", go: "gehen", open: "lesend öffnen", connect: "verbinden", close: "schließen" }, results: (n) => count(n, "Ergebnis", "Ergebnisse"),
};

export const settingsPage: Part<"settingsPage"> = {
  title: "Einstellungen", lead: "Auf diesem Computer gespeichert, nur für Sie.",
  groups: { look: "Aussehen und Sprache", times: "Zeiten", away: "Wenn niemand hier ist", desktop: "Desktop" },
  language: "Sprache", theme: "Erscheinungsbild", contrast: "Kontrast", zone: "Zeitzone", hours: "Uhrzeit", motion: "Bewegung", idle: "Unbenutztes Schreiben endet",
  options: {
    language: { system: "Wie das System", en: "English", de: "Deutsch" },
    theme: { system: "Wie das System", light: "Hell", dark: "Dunkel" }, contrast: { system: "Wie das System", more: "Hoch" },
    zone: { system: "Die dieses Computers", utc: "UTC" }, hours: { "24": "24 Stunden", "12": "12 Stunden" }, motion: { system: "Wie das System", less: "Reduziert" },
    idle: { "2": "Nach 2 min", "5": "Nach 5 min", "10": "Nach 10 min", "15": "Mit ihrer Zeit" },
  },
  zoneOther: "Andere Zone", example: "So sieht es aus",
  zoneText: (sample) => `So sehen Zeiten aus: ${sample}. Beim genauen Zeitpunkt steht UTC immer daneben.`,
};

export const general: Part<"general"> = { dismiss: "Schließen", close: "Schließen", request: "Anfrage", notices: "Meldungen",
  silent: "Die Konsole antwortet dieser Seite nicht", silentText: "Schließen Sie das Fenster, und öffnen Sie Doorward neu. Kommt das wieder vor, ist die Installation beschädigt: installieren Sie Doorward neu." };

/** Eine Sitzung für ein anderes Programm auf diesem Computer. */
export const endpoint: Part<"endpoint"> = {
  open: "Mit anderem Werkzeug benutzen", openOne: "Ein Zugang ist offen", title: "Diese Sitzung mit einem anderen Werkzeug benutzen",
  lead: "Doorward öffnet eine Adresse, die nur auf diesem Computer gilt. Programme, die ihr Geheimnis kennen, etwa curl, benutzen darüber diese Sitzung.",
  facts: ["Er tut, was diese Sitzung darf, in diesem Konto und in keinem anderen.", "Jede Anfrage steht im Verlauf des Kontos, als eine von Ihnen.", "Er schließt sich mit der Sitzung, auch wenn diese erneuert wird, wenn Sie sich abmelden und wenn Doorward geschlossen wird.", "Browser werden abgewiesen, auch mit dem Geheimnis."],
  go: "Zugang öffnen", opening: "Wird geöffnet…", cancel: "Abbrechen", address: "Adresse", secret: "Geheimnis", show: "Geheimnis zeigen", hide: "Geheimnis verbergen", masked: "Verborgen", example: "Im Terminal",
  exampleText: "Die erste Zeile wartet auf das Geheimnis: fügen Sie es ein. So bleibt es aus dem Verlauf Ihrer Shell heraus.", copyAddress: "Adresse kopieren", copySecret: "Geheimnis kopieren", copyExample: "Zeilen kopieren",
  done: "Fertig", close: "Zugang schließen", closed: "Der Zugang ist geschlossen. Was darin unterwegs war, wurde abgeschnitten.",
  lines: (url) => `read -rs DOORWARD_SECRET\ncurl --oauth2-bearer "$DOORWARD_SECRET" ${url}/v1/workspaces`,
};

/** Was der Schlüssel außer PIN und Berührung verlangt. */
export const keySteps: Part<"keySteps"> = {
  choose: "Wählen Sie eine PIN für diesen Schlüssel",
  chooseText: "Der Schlüssel ist neu und hat noch keine PIN. Die, die Sie wählen, bleibt im Schlüssel und nirgends sonst; Sie geben sie bei jeder Anmeldung ein.",
  pin: "Neue PIN", again: "Noch einmal dieselbe",
  least: (n) => `Mindestens ${count(n, "Zeichen", "Zeichen")}. Auch Buchstaben und Sonderzeichen zählen.`,
  refused: (n) => `Der Schlüssel nimmt diese PIN nicht an. Er will mindestens ${count(n, "Zeichen", "Zeichen")}, höchstens 63 Bytes, und vielleicht nichts zu Einfaches.`,
  mismatch: "Die beiden sind nicht gleich.", set: "PIN setzen und weiter",
  unplugged: "Der Schlüssel wurde abgezogen", unpluggedText: (why) => `Stecken Sie ihn wieder ein, und es geht von selbst weiter. Sie brauchen ihn, ${why}.`,
  noPinText: "Also ist es keiner, der registriert wurde. Benutzen Sie den Schlüssel, den Sie registriert haben; ein neuer bekommt seine PIN bei der Registrierung.",
  forbidden: "Dieses System lässt Doorward den Schlüssel nicht benutzen", forbiddenText: "Ein Schlüssel ist da, und Ihr Benutzer darf ihn nicht öffnen. Wer diesen Computer verwaltet, kann das mit einer Datei richten:",
  ruleFile: "/etc/udev/rules.d/70-doorward-fido.rules", rule: 'KERNEL=="hidraw*", SUBSYSTEM=="hidraw", ENV{ID_FIDO_TOKEN}=="1", TAG+="uaccess"',
  ruleAfter: "Ziehen Sie dann den Schlüssel ab und stecken Sie ihn wieder ein. Mit udev 244 oder neuer ist es schon so für alle, die am Computer selbst sitzen; bei einer Anmeldung aus der Ferne nicht.", copyRule: "Regel kopieren", back: "Zurück",
};

export const problemWords: Part<"problemWords"> = {
  still: "Weiterhin gilt", todo: "Was zu tun ist", copyRequest: "Nummer der Anfrage kopieren",
  after: (seconds) => `In ${count(seconds, "Sekunde", "Sekunden")} darf wieder gefragt werden.`,
};

/** Nach einer Änderung. */
export const undo: Part<"undo"> = {
  changed: (names) => `Geändert: ${names.length > 3 ? count(names.length, "Attribut", "Attribute") : list(names)}.`,
  go: "Rückgängig", done: "Die früheren Werte sind wieder da. Was die Änderung ausgelöst hat, etwa Nachrichten, wird nicht zurückgerufen.",
  over: "Von hier lässt es sich nicht mehr rückgängig machen: dazu braucht es die schreibende Sitzung, und die ist vorbei.",
  since: "Nicht rückgängig gemacht: jemand hat es seitdem geändert. Es bleibt, wie es jetzt ist.",
};

/** Schreiben, das niemand benutzt. */
export const idle: Part<"idle"> = {
  soon: (account) => `Das Schreiben in ${account} wird nicht benutzt`, text: (at) => `Es endet um ${at}, dann lesen Sie wieder. Was Sie eingegeben haben, bleibt.`, goOn: "Weiter ändern",
  back: "Das Schreiben endete: Eine Weile geschah darin nichts. Sie lesen wieder, und was Sie eingegeben haben, ist noch da.",
};

/** Eine Uhr, die falsch geht. */
export const skew: Part<"skew"> = {
  ahead: (by) => `Die Uhr dieses Computers geht ${by} vor`, behind: (by) => `Die Uhr dieses Computers geht ${by} nach`,
  text: (here, server) => `Hier ist es ${here}; nach der signierten Zeit des Servers ${server}. Doorward richtet sich nach dem Server, darum stimmt hier alles. Lassen Sie die Zeit in den Einstellungen des Systems automatisch setzen: Andere Programme richten sich nach dieser Uhr.`,
};

export const copying: Part<"copying"> = { copied: "Kopiert.", cleared: "Kopiert. In einer Minute wird die Zwischenablage geleert.", value: (name) => `${name} kopieren`, id: "Id kopieren" };

export const about: Part<"about"> = {
  program: "Version", title: "Über", version: (version) => `Doorward ${version}`, concern: "Sicherheitsbedenken melden", concernText: "An Ihr Sicherheitsteam, unter der Adresse, die es festgelegt hat. Kopieren Sie sie und öffnen Sie sie dort, wo Sie es gewohnt sind.",
  noConcern: "Ihr Sicherheitsteam hat hier keine Adresse festgelegt. Sagen Sie es ihm auf dem Weg, den Sie kennen.", copy: "Adresse kopieren",
};

/** Was als Nächstes zu tun ist, wo es nichts zu zeigen gibt. */
export const empties: Part<"empties"> = {
  workspaces: "Der Kunde hat noch keinen angelegt. Personen und Nachrichten kann es trotzdem geben: Tasten 2 und 3.",
  people: "Noch niemand wurde importiert oder angelegt. Fragen Sie den Kunden, woher seine Personen kommen.",
  messages: "Wählen Sie oben eine andere Art oder ein anderes Ergebnis, oder sehen Sie unter Personen die Nachrichten einer Person an.",
  activity: "Ältere Aktivität behält die Schnittstelle des Kunden nicht. Die Nachrichten reichen weiter zurück.",
  personMessages: "Dieser Person wurde nichts gesendet. Sehen Sie ihre Attribute an: Vielleicht hat sie abbestellt.",
  keys: "Ändern Sie die Wörter der Suche: Sie sucht in den Namen von Personal und Schlüsseln.",
  staff: "Ändern Sie die Wörter der Suche: Sie sucht in Namen und Rollen.",
};

export const desktop: Part<"desktop"> = {
  line: (tray, at) => {
    const open = tray.sessions === 0 ? "" : tray.sessions === 1 ? `1 Sitzung offen, endet ${at}` : `${number(tray.sessions)} Sitzungen offen, die erste endet ${at}`;
    const whole = open || (tray.mark === "signed-out" ? "Niemand ist angemeldet" : tray.mark === "offline" ? "" : "Angemeldet, keine Sitzung offen");
    return [tray.lock === "locked" ? "Gesperrt" : "", tray.mark === "offline" ? "Kein Server erreichbar" : "", whole].filter(Boolean).join(" · ");
  },
  trayOpen: "Doorward öffnen", endAll: "Alle Sitzungen beenden", lock: "Sperren", quit: "Doorward beenden",
  notice: (notice, name, at) => {
    const many = notice.count > 1;
    const lasts = `${name ?? (many ? "Die erste" : "Sie")} gilt bis ${at}.`;
    const texts: Record<NoticeKind, [string, string]> = {
      invited: [many ? `${number(notice.count)} Konten haben Sie eingeladen` : `${name ?? "Ein Konto"} hat Sie eingeladen`, at === null ? "Bis zum Widerruf." : many ? `Das erste bis ${at}.` : `Bis ${at}.`],
      "ends-in-day": [many ? `${number(notice.count)} Einladungen enden innerhalb von 24 Stunden` : "Eine Einladung endet innerhalb von 24 Stunden", lasts],
      "ends-in-hour": [many ? `${number(notice.count)} Einladungen enden innerhalb einer Stunde` : "Eine Einladung endet innerhalb einer Stunde", lasts],
      "session-soon": ["Eine Sitzung endet in weniger als 10 Minuten", `${name === null ? "Sie endet" : `Die Sitzung bei ${name} endet`} um ${at}. Verlängern Sie in Doorward, um weiterzuarbeiten.`],
      "session-over": [notice.by === null ? "Eine Sitzung ist beendet" : endings[notice.by].title, `${name === null ? "Eine Sitzung" : `Die Sitzung bei ${name}`} ist beendet. Nichts vom Konto bleibt auf diesem Computer.`],
    };
    const [title, body] = texts[notice.kind];
    return { title, body };
  },
  notInvited: (id) => `Der Link führt zu ${id}; dieses Konto hat Sie nicht eingeladen.`, copyLink: (name) => `Link zu ${name} kopieren`,
  zoom: "Größe", smaller: "Kleiner", larger: "Größer", reset: "Zurück zu 100 %", percent: (n) => `${n} %`, zoomText: "Strg + und Strg − tun überall dasselbe, und Strg 0 geht zurück.",
  tray: "Leiste", trayShow: "Doorward in der Leiste zeigen", trayText: "Alles darin ist auch in diesem Fenster.",
  trayViews: { off: "", shown: "Es wird gezeigt.", "no-place": "Dieser Desktop hat zurzeit keinen Platz dafür.", "no-bus": "Es gibt keinen Session-Bus, also kann es nicht gezeigt werden." },
  notifications: "Benachrichtigungen", kinds: { invited: "Ein angeheftetes oder eigenes Konto lädt Sie ein", ending: "Eine solche Einladung endet in einem Tag oder einer Stunde", sessions: "Eine Sitzung endet bald oder wurde beendet" },
  names: "Konten in Benachrichtigungen nennen", namesText: "Ohne Namen steht auf einem gesperrten Bildschirm nur „Ein Konto hat Sie eingeladen“. Solange Sie dieses Fenster ansehen, sagt es Ihnen selbst Bescheid.", noNotifications: "Nichts auf diesem Desktop zeigt Benachrichtigungen. Solange Sie dieses Fenster ansehen, sagt es Ihnen selbst Bescheid.",
  log: "Protokoll", saveLog: "Protokoll für den Support sichern", logText: "Was diese Konsole zuletzt getan hat, als eine Textdatei. Was nach Adresse, Token, Kennung oder Name aussieht, wird entfernt.", saved: (lines) => `Gesichert: ${count(lines, "Zeile", "Zeilen")}, nur für Sie lesbar.`, copyPath: "Pfad kopieren",
  closeTitle: "Doorward schließen?", closeText: (n) => (n === 1 ? "Eine Sitzung ist offen. Sie endet, wenn Doorward geschlossen wird." : `${number(n)} Sitzungen sind offen. Sie enden, wenn Doorward geschlossen wird.`), closeDrafts: (n) => `Nicht übernommene Änderungen an ${count(n, "Person", "Personen")} gehen verloren.`, keepOpen: "Offen lassen", closeAnyway: "Beenden und schließen",
};

export const lock: Part<"lock"> = {
  title: "Gesperrt", offlineTitle: "Kein Server erreichbar", now: "Jetzt sperren", nowKeys: "Jetzt sperren (Strg L)", unlock: "Mit Schlüssel entsperren", leave: "Vergessen, wer hier war", endAll: (n) => (n === 1 ? "Beenden" : `Alle ${number(n)} beenden`),
  by: {
    you: "Sie haben diese Konsole gesperrt.", idle: "Eine Weile war niemand hier.", suspend: "Dieser Computer hat geschlafen.", "screen-lock": "Der Bildschirm wurde gesperrt.",
    offline: "Ihr Schlüssel öffnet die geprüfte Kopie dieses Computers. Sie zeigt, wer eingeladen hatte, und öffnet nichts.",
  },
  goOn: (n, until) => `${count(n, "Sitzung läuft", "Sitzungen laufen")} weiter${until === null ? "" : ` bis ${until}`}`,
  endedBehind: (account, why) => `${account}: ${why}, während diese Konsole gesperrt war.`,
  after: "Sperren nach", minutes: (n) => `${number(n)} min`, afterText: "Ohne jemanden hier. Schlaf und ein gesperrter Bildschirm sperren sofort, ebenso Strg\u00a0L.",
  kept: "Kopie hier",
  keptBy: {
    "hardware-key": { title: "Von Ihrem Schlüssel verschlossen", text: "Was dieser Computer für eine Durchsicht ohne Server aufbewahrt, ist verschlüsselt und öffnet sich nur mit PIN und Berührung des Schlüssels, mit dem Sie angemeldet sind." },
    keyring: { title: "Vom Schlüsselbund verwahrt", text: "Ihr Schlüssel gibt kein Geheimnis her. Deshalb verwahrt der Schlüsselbund des Systems das Geheimnis, mit dem die Kopie verschlüsselt ist. Für eine Durchsicht ohne Server braucht es einen Schlüssel, der eines hat." },
    nobody: { title: "Nichts wird aufbewahrt", text: "Weder Ihr Schlüssel noch der Schlüsselbund des Systems konnten eine Kopie verschließen. Deshalb liegt keine auf der Platte, und ohne Server gibt es nichts durchzusehen." },
  },
};

export const history: Part<"history"> = {
  title: (name) => `Verlauf von ${name}`,
  link: "Verlauf", back: "Zurück", filter: "Zeigen", search: "Im Verlauf suchen",
  sorts: { all: "Alles", session: "Sitzungen", access: "Zugriff", people: "Personen", servers: "Server" },
  proven: (rows, size) => `${count(rows, "Eintrag", "Einträge")}, jeder bewiesen im signierten Protokoll von ${size}`,
  entry: (seq) => `Nr. ${number(seq)}`,
  provenText: (seq) => `Eintrag ${number(seq)} des signierten Protokolls. Beweis kopieren.`,
  copyOne: (seq) => `Beweis von Eintrag ${number(seq)} kopieren`,
  copied: (seq) => `Der Beweis von Eintrag ${number(seq)} ist kopiert. „doorward verify proof“ prüft ihn.`,
  older: "Früheres zeigen", noMatch: "Nichts davon passt",
  none: "Hier ist noch nichts geschehen", noneText: "Was Zugriff gibt oder nimmt und wer eintritt, steht hier.",
  begins: (date) => `Hier fängt es an: ${date}`,
  whole: "Aus der Kopie dieser Konsole, die das Protokoll von Anfang an hat.",
  since: (size) => `Aus der Kopie dieser Konsole, die hat, was nach Eintrag ${size} kam. Früheres ist da, sobald der Server wieder da ist.`,
  registered: "Das Konto wurde angelegt",
  plan: (plan) => `Der Tarif wurde auf ${plan} geändert`,
  planText: "Damit endete Customer Success Team Access.",
  closed: "Das Konto wurde geschlossen",
  on: (setting, by) => `${setting} wurde${by === null ? "" : ` von ${by}`} eingeschaltet`,
  until: (instant) => `Bis ${instant}`,
  indefinitely: "Bis der Kunde es ausschaltet",
  stillOn: "Noch an",
  off: (setting) => `${setting} wurde ausgeschaltet`,
  offText: "Jede Sitzung darauf endete sofort.",
  primary: (who) => `${who} wurde Primary CSM`,
  noPrimary: "Niemand ist mehr Primary CSM",
  opened: (who, mode) => `${who} ist eingetreten: ${mode}`,
  ends: (hour) => `Höchstens bis ${hour}`,
  counts: (reads, writes) => `${count(reads, "Lesezugriff", "Lesezugriffe")}, ${count(writes, "Änderung", "Änderungen")}`,
  stillOpen: (hour) => `Noch offen, bis ${hour}`,
  ended: {
    owner: (who) => `${who} ist gegangen`,
    "signed-out": (who) => `${who} hat sich abgemeldet; damit endete die Sitzung`,
    "security-admin": (who) => `Ein Sicherheitsadmin hat die Sitzung von ${who} beendet`,
    customer: (who) => `Der Kunde hat die Sitzung von ${who} beendet`,
    replaced: (who) => `${who} hat eine andere schreibende Sitzung geöffnet; sie trat an die Stelle dieser`,
  },
  endedUnknown: (session) => `Sitzung ${number(session)} wurde beendet`,
  was: (mode, since) => `Zuvor ${mode} seit ${since}`,
  added: (who) => `${who} kam dazu`,
  suspended: (who) => `${who} wurde gesperrt`,
  reinstated: (who) => `Die Sperre von ${who} wurde aufgehoben`,
  role: (who, role) => `${who} bekam die Rolle ${role}`,
  noRole: (who, role) => `${who} verlor die Rolle ${role}`,
  duty: (who) => `${who} bekam Supportdienst`,
  noDuty: (who) => `Der Supportdienst von ${who} wurde beendet`,
  from: (from, until) => `Von ${from} bis ${until}`,
  key: (key, who) => `${who} hat Schlüssel ${number(key)} angemeldet`,
  noKey: (key, who) => `Schlüssel ${number(key)} wurde von ${who} widerrufen`,
  host: (host) => `Server ${host} wurde hinzugefügt`,
  hostFor: { infrastructure: "Für Infrastruktur", maintenance: "Für Wartung" },
  noHost: (host) => `Server ${host} wurde entfernt`, noHostText: "Wer darauf war, ist draußen.",
  ca: "Eine neue Stelle unterschreibt Zertifikate für Server", noCa: "Eine Stelle für Server gilt nicht mehr", sshKey: (key) => `Zu Schlüssel ${number(key)} wurde ein SSH-Schlüssel angemeldet`,
  certificate: (who, host) => `${who} hat ein Zertifikat für ${host} bekommen`,
  connectionEnds: (when) => `Draußen bis ${when}`,
  certificateNo: (serial) => `Zertifikat ${number(serial)}`, mayBeOn: "Kann noch darauf sein",
  noCertificate: (serial, who) => `Zertifikat ${number(serial)} wurde von ${who} widerrufen`,
  noCertificateOf: (whose, who) => `Das Zertifikat von ${whose} wurde von ${who} widerrufen`, ownCertificate: (who) => `${who} hat das eigene Zertifikat widerrufen`,
  issued: (serial, host, when) => `Zertifikat ${number(serial)} für ${host}, ausgestellt ${when}`,
};

export const logCheck: Part<"logCheck"> = {
  title: "Was geprüft wurde", do: "Protokoll prüfen", copy: "Beweis kopieren",
  lead: "Prüft hier, mit dem, was diese Konsole hat: Signaturen, diese Kopie, was von einem Verlauf gezeigt wurde, und dass nichts umgeschrieben wurde, seit diese Konsole zuerst hinsah.",
  copied: "Der Beweis ist kopiert. „doorward verify proof“ prüft ihn ohne Server.",
  at: (instant) => `Geprüft ${instant}`,
  verdicts: { right: "Das Protokoll stimmt", partly: "Richtig, soweit es zu prüfen war", wrong: "Das Protokoll stimmt nicht" },
  found: { right: "Richtig", wrong: "Falsch", "not-looked": "Nicht geprüft" },
  steps: {
    signature: {
      right: (size, signed) => `Der Schlüssel des Protokolls hat ${count(size, "Eintrag", "Einträge")} signiert, ${signed}`,
      wrong: () => "Der Stand ist nicht mit dem Schlüssel des Protokolls signiert. Verlassen Sie sich auf nichts hier und sagen Sie es Ihrem Sicherheitsteam",
      "not-looked": () => "Hier gibt es noch keinen signierten Stand",
    },
    fresh: {
      right: (_, signed) => `So steht es jetzt: Die neueste Aussage ist von ${signed}`,
      wrong: () => "Die neueste Aussage darüber stimmt nicht",
      "not-looked": (_, signed) => (signed === "" ? "Nichts sagt, dass es jetzt so steht" : `Es kann veraltet sein: Die neueste Aussage ist von ${signed}`),
    },
    copy: {
      right: (size) => `Die Kopie dieser Konsole mit ${count(size, "Eintrag", "Einträgen")} ist von eben diesem Protokoll`,
      wrong: () => "Die Kopie dieser Konsole ist von einem anderen Protokoll als dem signierten",
      "not-looked": () => "Die Kopie wurde nicht verglichen: Der Server ist nicht erreichbar",
    },
    entries: {
      right: (shown) => (shown === 1 ? "Der gezeigte Eintrag ist darin" : `${number(shown)} gezeigte Einträge sind darin`),
      wrong: () => "Ein gezeigter Eintrag ist nicht darin",
      "not-looked": () => "Es wurde kein Verlauf geöffnet, also waren keine Einträge zu suchen",
    },
    grew: {
      right: (size, signed) => `Nichts wurde umgeschrieben, seit diese Konsole zuerst hinsah, bei ${count(size, "Eintrag", "Einträgen")}, ${signed}`,
      wrong: () => "Das Protokoll setzt nicht das fort, das diese Konsole zuerst sah. Sagen Sie es Ihrem Sicherheitsteam",
      "not-looked": () => "Ob etwas umgeschrieben wurde, seit diese Konsole zuerst hinsah, war nicht zu erfragen",
    },
  },
  limits: "Ein Beweis zeigt, was im Protokoll steht. Er zeigt nicht, dass eine Zeile fehlt, und ein Protokoll, das zweien verschieden gezeigt wird, findet nur, wer signierte Stände vergleicht.",
};

export const review: Part<"review"> = {
  title: "Durchsicht und Beweis",
  write: "Zugriffe ausgeben",
  writeText: "Jeder Zugriff zum neuesten signierten Zeitpunkt, als Zeilen für eine Tabelle und als Seite zum Drucken, mit dem signierten Stand, auf dem es ruht. Geht ohne Server.",
  written: (rows, instant) => `${count(rows, "Zugriff", "Zugriffe")} zum ${instant}`,
  sheet: "Tabelle", page: "Seite zum Drucken", hash: "SHA-256 der Zeilen",
  copyPath: (kind) => `Pfad kopieren: ${kind}`, copied: "Der Pfad ist kopiert.",
  check: "„doorward verify report“ prüft die Tabelle allein mit der Vertrauensdatei. Nur Sie dürfen die Dateien lesen.",
  old: (hours) => `Älter als ${hours} Stunden`,
  oldText: "Seither kann vieles entzogen worden sein. Sehen Sie es als Vergangenheit an.",
};

export const saying: Part<"saying"> = { title: "Was gesagt wurde", lead: "Meldungen seit Ihrer Anmeldung, neueste zuerst.", none: "Noch nichts.", close: "Schließen" };
