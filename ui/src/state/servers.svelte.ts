/** The servers as they were last told: asked for by the screen that shows them, and searched by the palette. */
import type { ServerView, ServersView } from "../backend/bindings";
import { take } from "../backend";
import type { Console } from "./console.svelte";
import { Load } from "./load.svelte";

export class ServerList {
  load = $state.raw(new Load<ServersView>());

  constructor(readonly console: Console) {}

  ask = () => this.load.run(() => take(this.console.backend.commands.servers()));
  all = $derived.by(() => this.load.value?.servers ?? []);

  /** Nothing of it stays with a page that is locked, or that somebody signed out of. */
  forget(): void {
    this.load = new Load<ServersView>();
  }
}

/** Whether the words are found in what is known of the server. */
export function fits(server: ServerView, query: string): boolean {
  const people = server.certificates.flatMap((one) => [one.staff.name, one.staff.id, one.ticket]);
  return [server.host, server.address, server.login, ...people].join(" ").toLowerCase().includes(query.trim().toLowerCase());
}

/** Infrastructure before maintenance, each by name. */
export const inOrder = (servers: ServerView[]) => servers.toSorted((a, b) => a.label.localeCompare(b.label) || a.host.localeCompare(b.host));
