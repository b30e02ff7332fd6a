/** The server's time, counted on by a clock that nobody can set. The laptop's wall clock is never asked. */
export class Clock {
  /** Milliseconds since 1970; moves once a second. */
  now = $state(0);
  /** The same, cut to minutes: what only needs the minute is not redone each second. */
  minute = $derived(Math.floor(this.now / 60_000) * 60_000);
  #ahead = 0;

  constructor(readonly steady: () => number = () => performance.now()) {}

  /** The server's time is `signed` now. */
  follow(signed: number): void {
    this.#ahead = signed - this.steady();
    this.tick();
  }

  tick(): void {
    this.now = this.steady() + this.#ahead;
  }

  /** Starts the page's one ticker; gives back how to stop it. */
  start(): () => void {
    const ticker = setInterval(() => this.tick(), 1_000);
    return () => clearInterval(ticker);
  }
}
