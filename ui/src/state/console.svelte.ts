/** What the page knows: the console's state as it was told, and where the person is. It decides nothing. */
import type { ConsoleEvent, ConsoleState, EndedBy, KeyPrompt, ModeName, Ms, OpenAsk, Problem, RoleName, SessionView, SubjectName } from "../backend/bindings";
import { type Backend, problemOf, take } from "../backend";
import { AccountList } from "./accounts.svelte";
import { copy } from "./clipboard";
import { Clock } from "./clock.svelte";
import { Daily } from "./daily.svelte";
import { Desktop } from "./desktop.svelte";
import { Drafts } from "./drafts.svelte";
import { Marks } from "./marks.svelte";
import { type Notice, Notices } from "./notices.svelte";
import { MINUTE } from "../time";
import { copying, desktop as desktopWords, endings, lock as lockWords, session as sessionWords } from "../words";
import { isOld } from "./review";
import { ServerList } from "./servers.svelte";
import { Settings } from "./settings.svelte";
import { watchActivity } from "./activity";

export type Tab = "workspaces" | "people" | "messages";
export type Place =
  | { at: "accounts" }
  | { at: "timeline" }
  | { at: "everywhere" }
  | { at: "staff" }
  | { at: "servers"; host?: string; connect?: boolean }
  | { at: "keys"; search?: string }
  | { at: "settings" }
  | { at: "history"; of: SubjectName; id: string; name: string | null }
  | { at: "session"; serial: number; tab: Tab; person: string | null; email?: string }
  | { at: "ended"; ended: Ended };

/** Roles that are for servers, and open no account. */
const SERVER_ROLES: RoleName[] = ["infrastructure-engineer", "maintenance"];

export interface Ended {
  account: string | null;
  mode: ModeName | null;
  when: Ms;
  by: EndedBy;
}

export class Console {
  readonly clock: Clock;
  readonly accounts: AccountList;
  readonly marks = new Marks();
  readonly settings = new Settings();
  readonly drafts = new Drafts();
  readonly daily = new Daily(this);
  readonly servers = new ServerList(this);
  readonly desktop: Desktop;
  state = $state.raw<ConsoleState | null>(null);
  prompt = $state.raw<KeyPrompt | null>(null);
  failure = $state.raw<Problem | null>(null);
  signedOutBy = $state<EndedBy | null>(null);
  sessions = $state.raw<SessionView[]>([]);
  place = $state.raw<Place>({ at: "accounts" });
  readonly notices = new Notices(() => this.clock.now);
  keysTurn = $state(0);
  reviewing = $state(false);
  /** What was said in passing is being read again. */
  reading = $state(false);
  /** The key is being asked to unlock. */
  unlocking = $state(false);
  /** The command palette is open. */
  commanding = $state(false);
  /** The session somebody is about to open. */
  opening = $state.raw<{ account: string; mode: ModeName; like?: SessionView } | null>(null);
  /** The ticket that was pasted: it serves the next sessions until it is put away. */
  ticket = $state<string | null>(null);
  /** Which open session each workspace was seen in: forgotten with the session. */
  workspaces = $state.raw(new Map<string, number>());
  /** The list and the sessions were asked for. */
  #entered: Promise<void> = Promise.resolve();
  /** Sessions that another is about to take over from. */
  #renewing = new Set<number>();
  /** Sessions that were open when the console was locked: the page knows nothing of them any more but this. */
  #behind = new Set<number>();

  constructor(readonly backend: Backend, clock = new Clock()) {
    this.clock = clock;
    this.desktop = new Desktop(backend.commands, (text) => this.say(text, null, null, true));
    this.accounts = new AccountList(() => this.clock.minute, this.marks.isPinned);
  }

  me = $derived(this.state?.staff ?? null);
  isAdmin = $derived(this.me?.roles.includes("security-admin") ?? false);
  /** Whether any server is theirs to log in to. */
  logsIn = $derived(this.me?.roles.some((role) => SERVER_ROLES.includes(role)) ?? false);
  /** Whether servers are any of their business. */
  hasServers = $derived(this.isAdmin || this.logsIn);
  online = $derived(this.state?.connection.state === "online");
  /** Whether what is shown is so old that it is to be looked at as the past. */
  old = $derived.by(() => isOld(this.online, this.state?.connection.as_of ?? null, this.clock.minute));
  inside = $derived(this.state?.phase === "signed-in" || this.state?.phase === "review");
  /** Whether anything may be opened at all. */
  opens = $derived(this.online && this.state?.phase === "signed-in");
  session = $derived.by(() => {
    const { place } = this;
    return place.at === "session" ? (this.sessions.find((s) => s.serial === place.serial) ?? null) : null;
  });

  async start(): Promise<() => void> {
    const deaf = await this.backend.listen((event) => this.hear(event));
    const still = this.clock.start();
    this.#told(await take(this.backend.commands.consoleState()));
    // A page that slept asks at once: its steady clock may have slept too.
    const woken = () => document.visibilityState === "visible" && void this.refresh();
    document.addEventListener("visibilitychange", woken);
    const unwatched = watchActivity(() => this.inside && void this.backend.commands.active());
    return () => (deaf(), still(), unwatched(), document.removeEventListener("visibilitychange", woken));
  }

  async refresh(): Promise<void> {
    this.#told(await take(this.backend.commands.consoleState()));
  }

  hear(event: ConsoleEvent): void {
    switch (event.kind) {
      case "state": return this.#told(event.state);
      case "key": this.prompt = event.prompt; return;
      case "sign-in-failed": this.failure = event.problem; this.prompt = null; return;
      case "accounts-changed": return this.accounts.change(event);
      case "accounts-replaced": return void this.loadAccounts();
      case "session-opened": return this.#opened(event.session);
      case "session-ended": return this.#ended(event.session, event.account_name, event.at, event.by);
      case "idle": return this.daily.hear(event.session, event.at);
      case "keys-changed": this.keysTurn += 1; return;
      case "signed-out": return this.#signedOut(event.by);
      case "show": return void this.follow(event.account);
      case "tray": this.desktop.tray = event.tray; return;
      case "notice": return this.desktop.tell(event.notice);
      case "close-asked": this.desktop.closing = event.sessions; return;
    }
  }

  #told(state: ConsoleState): void {
    const before = this.inside;
    this.state = state;
    this.prompt = state.prompt;
    this.clock.follow(state.now);
    if (this.inside && !before) this.#entered = this.#enter();
    if (state.phase === "locked" && before) this.#hide();
  }

  /** Locked: the page holds nothing it was shown. Where the person was, and edits under way, wait in memory unseen. */
  #hide(): void {
    this.#behind = new Set(this.sessions.map((s) => s.serial));
    this.sessions = [];
    this.workspaces = new Map();
    this.accounts.forget();
    this.servers.forget();
    this.marks.forget();
    this.commanding = false;
    this.opening = null;
    this.notices.forget();
    this.reading = false;
    this.failure = null;
    this.signedOutBy = null;
    this.daily.restored = null;
    this.daily.idle = new Map();
  }

  async #enter(): Promise<void> {
    this.failure = null;
    this.signedOutBy = null;
    this.daily.keepIdle();
    if (this.me) this.marks.of(this.me.id);
    if (this.place.at === "accounts" && this.me?.roles.length !== 0 && this.me?.roles.every((role) => SERVER_ROLES.includes(role))) this.place = { at: "servers" };
    if (this.hasServers) void this.servers.ask();
    await this.loadAccounts();
    await this.attempt(async () => {
      this.sessions = await take(this.backend.commands.sessions());
    });
    for (const { serial } of this.sessions) this.#behind.delete(serial);
    if (this.place.at === "session" && !this.session) this.place = { at: "accounts" };
  }

  async loadAccounts(): Promise<void> {
    await this.attempt(() => this.accounts.load(() => take(this.backend.commands.accounts())));
  }

  #opened(session: SessionView): void {
    // The ticker may be most of a second behind: a new session would show more than its length.
    this.clock.tick();
    this.sessions = [...this.sessions.filter((s) => s.serial !== session.serial), session];
  }

  /** Leaving the place takes the screen away, and with it every bit of the account's data. */
  #ended(serial: number, account: string | null, when: Ms, by: EndedBy): void {
    const gone = this.sessions.find((s) => s.serial === serial);
    this.sessions = this.sessions.filter((s) => s.serial !== serial);
    this.daily.over(serial);
    this.workspaces = new Map([...this.workspaces].filter(([, session]) => session !== serial));
    const name = account ?? gone?.account_name ?? gone?.account ?? null;
    const behind = this.#behind.delete(serial);
    if (behind && name !== null) this.say(lockWords.endedBehind(name, endings[by].title));
    const beside = gone && this.sessions.find((s) => s.account === gone.account);
    if (gone && by === "idle") return void this.#idled(gone, name, when, beside?.serial ?? null);
    if (gone && !this.#renewing.has(serial) && !beside) this.drafts.forget(gone.account);
    if (this.place.at !== "session" || this.place.serial !== serial || this.#renewing.has(serial)) return;
    const reading = gone?.mode === "read-write" && (by === "time-up" || by === "you") ? beside : undefined;
    if (reading) {
      // What was only looked at goes on being looked at.
      this.place = { ...this.place, serial: reading.serial };
      this.say(sessionWords.backToReading);
    } else {
      this.place = { at: "ended", ended: { account: name, mode: gone?.mode ?? null, when, by } };
    }
  }

  /** Nobody used read-write: back to reading, in the same place and with what was typed; where that cannot be, it ends as any other. */
  async #idled(gone: SessionView, account: string | null, when: Ms, beside: number | null): Promise<void> {
    const here = this.place.at === "session" && this.place.serial === gone.serial ? this.place : null;
    const reading = await this.daily.backToReading(gone, beside);
    if (reading !== null) {
      if (here && this.place === here) this.place = { ...here, serial: reading };
      return;
    }
    if (!this.sessions.some((s) => s.account === gone.account)) this.drafts.forget(gone.account);
    if (here && this.place === here) this.place = { at: "ended", ended: { account, mode: gone.mode, when, by: "idle" } };
  }

  #signedOut(by: EndedBy): void {
    this.sessions = [];
    this.workspaces = new Map();
    this.accounts.forget();
    this.servers.forget();
    this.marks.forget();
    this.drafts.forget();
    this.commanding = false;
    this.reading = false;
    this.opening = null;
    this.ticket = null;
    this.place = { at: "accounts" };
    this.notices.forget();
    this.prompt = null;
    this.failure = null;
    this.#behind.clear();
    this.signedOutBy = by;
  }

  async signIn(handle: string): Promise<void> {
    this.failure = null;
    this.signedOutBy = null;
    try {
      await take(this.backend.commands.signIn(handle.trim()));
    } catch (thrown) {
      this.failure = problemOf(thrown);
    }
  }

  lock = () => this.attempt(() => take(this.backend.commands.lock()));
  lockAfter = (minutes: number) => this.attempt(() => take(this.backend.commands.chooseLockAfter(minutes)));

  unlock = async (): Promise<void> => {
    this.failure = null;
    this.unlocking = true;
    try {
      await take(this.backend.commands.unlock());
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (problem.code !== "cancelled") this.failure = problem;
    }
    this.unlocking = false;
  };

  /** Opens and enters. A refusal is thrown for the dialog to show. */
  async open(ask: OpenAsk): Promise<void> {
    const session = await take(this.backend.commands.openSession(ask));
    this.#opened(session);
    this.marks.visit(session.account);
    const there = this.session?.account === session.account && this.place.at === "session" ? this.place : null;
    if (there) this.place = { ...there, serial: session.serial };
    else this.enter(session.serial);
  }

  /** Whether another session like this could last longer than it. */
  renewable(session: SessionView): boolean {
    const row = this.accounts.get(session.account);
    if (!row || !this.opens || !(session.mode === "read-only" ? row.may.read_only : row.may.read_write)) return false;
    const grants = session.mode === "read-only" ? [row.support, row.success] : [row.success];
    const later = (end: Ms | null) => end === null || end > session.ends + MINUTE;
    return grants.some((grant) => grant !== null && later(grant.until)) && later(this.me?.sign_in_ends ?? null);
  }

  /** Opens another like it, for the same reason, and moves over with everything that is under way. */
  async renew(old: SessionView): Promise<void> {
    this.#renewing.add(old.serial);
    await this.attempt(async () => {
      const { account, mode, ticket, reason } = old;
      const next = await take(this.backend.commands.openSession({ account, mode, ticket, reason }));
      this.#opened(next);
      if (this.place.at === "session" && this.place.serial === old.serial) this.place = { ...this.place, serial: next.serial };
      if (this.sessions.some((s) => s.serial === old.serial)) await take(this.backend.commands.endSession(old.serial));
    });
    this.#renewing.delete(old.serial);
  }

  enter(serial: number): void {
    this.place = { at: "session", serial, tab: "people", person: null };
  }

  /** Leads to an account in the list. */
  show(account: string): void {
    this.marks.visit(account);
    this.accounts.show(account);
    this.place = { at: "accounts" };
  }

  /** Where a link leads, as soon as the list is there to be led in. */
  async follow(account: string): Promise<void> {
    this.commanding = false;
    await this.#entered;
    if (!this.inside) return;
    if (this.accounts.get(account) !== null) this.show(account);
    else this.say(desktopWords.notInvited(account), null, null, true);
  }

  /** Goes to the session that is open in this mode, or begins to open one where that may be. */
  want(account: string, mode: ModeName): void {
    const there = this.sessions.find((s) => s.account === account && s.mode === mode);
    const row = this.accounts.get(account);
    if (there) this.enter(there.serial);
    else if (row && this.opens && (mode === "read-only" ? row.may.read_only : row.may.read_write)) this.opening = { account, mode };
  }

  /** Remembers where workspaces were seen, while that session lives. */
  noteWorkspaces(session: number, ids: string[]): void {
    this.workspaces = new Map([...this.workspaces, ...ids.map((id) => [id, session] as const)]);
  }

  end = (serial: number) => this.attempt(() => take(this.backend.commands.endSession(serial)));
  endAll = () => this.attempt(() => take(this.backend.commands.endAll()));
  signOut = () => this.attempt(() => take(this.backend.commands.signOut()));
  pin = (pin: string) => this.attempt(() => take(this.backend.commands.keyPin(pin)));
  cancelKey = () => this.attempt(() => take(this.backend.commands.keyCancel()));

  say = (text: string, problem: Problem | null = null, action: Notice["action"] = null, news = false): void => this.notices.say(text, problem, action, news);

  /** Copies, and says so. What is sensitive leaves the clipboard again after a minute. */
  copy = async (text: string, sensitive = false): Promise<void> => {
    await copy(text, sensitive);
    this.say(sensitive ? copying.cleared : copying.copied);
  };

  /** Does it; what goes wrong becomes a notice. */
  async attempt(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (problem.code !== "cancelled") this.say("", problem);
    }
  }
}
