/** The fake's desktop: it keeps what it was told, and says what a test has it say. */
import type { ConsoleEvent, Notice, NotificationAsk, TrayState, TrayView, TrayWords } from "../bindings";

type Ok<T> = { status: "ok"; data: T };
const ok = <T>(data: T): Ok<T> => ({ status: "ok", data });

export function makeDesktop(tell: (event: ConsoleEvent) => void, signedIn: boolean) {
  const heard = { tray: null as TrayWords | null, notifications: [] as NotificationAsk[], zoom: 100, pins: [] as string[], closed: null as boolean | null };
  const there = { tray: "shown" as TrayView, notifications: true };
  const state: TrayState = { mark: signedIn ? "signed-in" : "signed-out", sessions: 0, first_ends: null, lock: signedIn ? "open" : "nothing" };
  const commands = {
    desktop: async () => ok({ tray: heard.tray === null ? ("off" as const) : there.tray, notifications: there.notifications }),
    setTray: async (words: TrayWords | null) => ((heard.tray = words), ok(null)),
    notify: async (ask: NotificationAsk) => (heard.notifications.push(ask), ok(null)),
    setZoom: async (percent: number) => ((heard.zoom = percent), ok(null)),
    closeWindow: async (really: boolean) => ((heard.closed = really), ok(null)),
    trayState: async () => ok(state),
    setPins: async (pins: string[]) => ((heard.pins = pins), ok(null)),
    saveLog: async () => ok({ path: "/home/mara/Downloads/doorward-log-20261124-130200.txt", lines: 214 }),
  };
  const fake = {
    heard,
    there,
    tray: (tray: TrayState) => tell({ kind: "tray", tray }),
    notice: (notice: Partial<Notice> & Pick<Notice, "kind">) => tell({ kind: "notice", notice: { account: { id: "acct-17", name: "Harbour Labs" }, count: 1, ends: null, by: null, ...notice } }),
    show: (account: string) => tell({ kind: "show", account }),
    closeAsked: (sessions: number) => tell({ kind: "close-asked", sessions }),
  };
  return { commands, fake };
}
