/** What the page knows: the console's state as it was told, and where the person is. It decides nothing. */
import type { ConsoleEvent, ConsoleState, EndedBy, KeyPrompt, ModeName, Ms, OpenAsk, Problem, SessionView } from "../backend/bindings";
import { type Backend, problemOf, take } from "../backend";
import { AccountList } from "./accounts.svelte";
import { Clock } from "./clock.svelte";

export type Tab = "workspaces" | "people" | "messages";
export type Place =
  | { at: "accounts" }
  | { at: "keys" }
  | { at: "session"; serial: number; tab: Tab; person: string | null }
  | { at: "ended"; ended: Ended };

export interface Ended {
  account: string | null;
  mode: ModeName | null;
  when: Ms;
  by: EndedBy;
}

export interface Notice {
  id: number;
  text: string;
  problem: Problem | null;
}

export class Console {
  readonly clock: Clock;
  readonly accounts: AccountList;
  state = $state.raw<ConsoleState | null>(null);
  prompt = $state.raw<KeyPrompt | null>(null);
  failure = $state.raw<Problem | null>(null);
  signedOutBy = $state<EndedBy | null>(null);
  sessions = $state.raw<SessionView[]>([]);
  place = $state.raw<Place>({ at: "accounts" });
  notices = $state.raw<Notice[]>([]);
  keysTurn = $state(0);
  reviewing = $state(false);
  #notice = 0;

  constructor(readonly backend: Backend, clock = new Clock()) {
    this.clock = clock;
    this.accounts = new AccountList(() => this.clock.minute);
  }

  me = $derived(this.state?.staff ?? null);
  online = $derived(this.state?.connection.state === "online");
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
    return () => (deaf(), still(), document.removeEventListener("visibilitychange", woken));
  }

  async refresh(): Promise<void> {
    this.#told(await take(this.backend.commands.consoleState()));
  }

  hear(event: ConsoleEvent): void {
    switch (event.kind) {
      case "state": return this.#told(event.state);
      case "key": this.prompt = event.prompt; return;
      case "sign-in-failed": this.failure = event.problem; this.prompt = null; return;
      case "accounts-changed": return this.accounts.change(event.upserts, event.removed);
      case "accounts-replaced": return void this.loadAccounts();
      case "session-opened": return this.#opened(event.session);
      case "session-ended": return this.#ended(event.session, event.account_name, event.at, event.by);
      case "keys-changed": this.keysTurn += 1; return;
      case "signed-out": return this.#signedOut(event.by);
    }
  }

  #told(state: ConsoleState): void {
    const before = this.inside;
    this.state = state;
    this.prompt = state.prompt;
    this.clock.follow(state.now);
    if (this.inside && !before) void this.#enter();
  }

  async #enter(): Promise<void> {
    this.failure = null;
    this.signedOutBy = null;
    await this.loadAccounts();
    await this.attempt(async () => {
      this.sessions = await take(this.backend.commands.sessions());
    });
  }

  async loadAccounts(): Promise<void> {
    await this.attempt(async () => this.accounts.replace((await take(this.backend.commands.accounts())).rows));
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
    const name = account ?? gone?.account_name ?? gone?.account ?? null;
    if (this.place.at === "session" && this.place.serial === serial) {
      this.place = { at: "ended", ended: { account: name, mode: gone?.mode ?? null, when, by } };
    }
  }

  #signedOut(by: EndedBy): void {
    this.sessions = [];
    this.accounts.forget();
    this.place = { at: "accounts" };
    this.notices = [];
    this.prompt = null;
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

  /** Opens and enters. A refusal is thrown for the dialog to show. */
  async open(ask: OpenAsk): Promise<void> {
    const session = await take(this.backend.commands.openSession(ask));
    this.#opened(session);
    this.enter(session.serial);
  }

  enter(serial: number): void {
    this.place = { at: "session", serial, tab: "people", person: null };
  }

  end = (serial: number) => this.attempt(() => take(this.backend.commands.endSession(serial)));
  signOut = () => this.attempt(() => take(this.backend.commands.signOut()));
  pin = (pin: string) => this.attempt(() => take(this.backend.commands.keyPin(pin)));
  cancelKey = () => this.attempt(() => take(this.backend.commands.keyCancel()));

  say(text: string, problem: Problem | null = null): void {
    this.notices = [...this.notices, { id: ++this.#notice, text, problem }].slice(-4);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((n) => n.id !== id);
  }

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
