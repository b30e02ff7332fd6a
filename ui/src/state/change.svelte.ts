/** A change on its way: its effects are asked for, confirmed by a person, and then made by a touch. */
import type { Change, ChangeMade, KeyEffects } from "../backend/bindings";
import { take } from "../backend";
import type { Console } from "./console.svelte";
import { Load } from "./load.svelte";

export class Changing {
  readonly effects = new Load<KeyEffects>();
  readonly made = new Load<ChangeMade>();

  constructor(readonly console: Console, readonly change: Change) {}

  ask = () => this.effects.run(() => take(this.console.backend.commands.changeEffects(this.change)));
  make = () => this.made.run(() => take(this.console.backend.commands.makeChange(this.change)));
}
