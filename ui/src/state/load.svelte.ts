/** Something asked for: its answer, its problem, or still under way. A late answer to an old question is dropped. */
import type { Problem } from "../backend/bindings";
import { problemOf } from "../backend";

export class Load<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #turn = 0;

  async run(ask: () => Promise<T>): Promise<T | null> {
    const turn = ++this.#turn;
    this.busy = true;
    this.problem = null;
    try {
      const value = await ask();
      if (turn !== this.#turn) return null;
      this.value = value;
      return value;
    } catch (thrown) {
      if (turn === this.#turn) this.problem = problemOf(thrown);
      return null;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
