/** The desktop around the page: the tray's words, notifications, the size of everything, and being closed. */
import type { Commands } from "../backend";
import type { Notice, NoticeKind, TrayState, TrayWords } from "../backend/bindings";
import { formats } from "../time";
import { desktop as words } from "../words";

/** What may be told, as it is chosen in Settings. */
export type Told = "invited" | "ending" | "sessions";
export interface Wishes extends Record<Told, boolean> {
  /** In percent. */
  zoom: number;
  tray: boolean;
  /** Whether a notification may name an account: it can lie on a locked screen. */
  names: boolean;
}

const FIRST: Wishes = { zoom: 100, tray: true, invited: true, ending: true, sessions: true, names: false };
const ABOUT: Record<NoticeKind, Told> = { invited: "invited", "ends-in-day": "ending", "ends-in-hour": "ending", "session-soon": "sessions", "session-over": "sessions" };
export const STEPS = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];
const KEPT = "desktop";

/** What was kept; whatever is not of its kind is as good as nothing. */
function read(): Wishes {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Record<string, unknown>;
    const fits = Object.entries(FIRST).map(([name, first]) => [name, typeof kept[name] === typeof first ? kept[name] : first]);
    const wishes = Object.fromEntries(fits) as unknown as Wishes;
    return { ...wishes, zoom: STEPS.includes(wishes.zoom) ? wishes.zoom : FIRST.zoom };
  } catch {
    return FIRST;
  }
}

export class Desktop {
  wishes = $state.raw<Wishes>(FIRST);
  tray = $state.raw<TrayState | null>(null);
  /** So many sessions would end with the window that somebody wants to close. */
  closing = $state<number | null>(null);

  constructor(readonly commands: Commands, readonly say: (text: string) => void) {}

  /** Takes up what was chosen. From then on the tray says what is true, in the language that is spoken. Gives back how to stop. */
  start(pins: () => string[]): () => void {
    this.wishes = read();
    if (this.wishes.zoom !== FIRST.zoom) this.#zoomed();
    // A console that does not answer is told by the page as a whole.
    void this.commands.trayState().then((answer) => { if (answer.status === "ok" && this.tray === null) this.tray = answer.data; }, () => {});
    return $effect.root(() => {
      $effect(() => void this.commands.setTray(this.#trayWords()));
      $effect(() => void this.commands.setPins(pins()));
    });
  }

  #trayWords(): TrayWords | null {
    const about = this.tray;
    if (about === null || !this.wishes.tray) return null;
    return { about, line: words.line(about, about.first_ends === null ? null : formats.hour(about.first_ends)), open: words.trayOpen, end_all: words.endAll, lock: words.lock, quit: words.quit };
  }

  wish(change: Partial<Wishes>): void {
    this.wishes = { ...this.wishes, ...change };
    localStorage.setItem(KEPT, JSON.stringify(this.wishes));
    if (change.zoom !== undefined) this.#zoomed();
  }

  /** To the next size in this direction; 0 goes back. */
  zoom(by: -1 | 0 | 1): void {
    const next = STEPS[STEPS.indexOf(this.wishes.zoom) + by];
    this.wish({ zoom: by === 0 ? FIRST.zoom : (next ?? this.wishes.zoom) });
  }

  #zoomed = () => void this.commands.setZoom(this.wishes.zoom);

  /** Tells it where it is seen: on the page while somebody looks at it, and otherwise on the desktop. */
  tell(notice: Notice): void {
    const about = ABOUT[notice.kind];
    if (!this.wishes[about]) return;
    const looking = document.hasFocus();
    // Whoever looks sees what becomes of a session.
    if (looking && about === "sessions") return;
    const name = looking || this.wishes.names ? (notice.account?.name ?? null) : null;
    const at = notice.ends === null ? null : notice.kind === "invited" ? formats.date(notice.ends) : notice.kind === "session-soon" ? formats.hour(notice.ends) : formats.stamp(notice.ends);
    const { title, body } = words.notice(notice, name, at);
    if (looking) this.say(`${title}. ${body}`);
    else void this.commands.notify({ title, body, account: notice.account?.id ?? null });
  }

  close(really: boolean): void {
    this.closing = null;
    void this.commands.closeWindow(really);
  }
}
