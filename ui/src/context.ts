/** Where components find the console: set once by the root, asked for by screens. Parts never ask. */
import { getContext, setContext } from "svelte";
import type { Console } from "./state/console.svelte";

const KEY = Symbol("console");
export const provide = (console: Console) => setContext(KEY, console);
export const useConsole = () => getContext<Console>(KEY);
