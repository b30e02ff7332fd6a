/** Starts the page. */
import "@fontsource-variable/inter/index.css";
import "./base.css";
import { mount } from "svelte";
import { backend } from "#backend";
import App from "./App.svelte";
import { Console } from "./state/console.svelte";

const console = new Console(backend);
console.settings.start();
const target = document.getElementById("app");
if (target) mount(App, { target, props: { console } });
