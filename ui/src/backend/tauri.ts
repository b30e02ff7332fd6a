/** The real backend: the console's commands and its one stream of events. */
import type { Backend } from ".";
import { commands, events } from "./bindings";

export const backend: Backend = {
  commands,
  listen: (hear) => events.consoleEvent.listen((event) => hear(event.payload)),
};
