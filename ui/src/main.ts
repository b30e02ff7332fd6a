/** Starts the page. */
import "@fontsource-variable/inter/index.css";
import "./base.css";
import { mount } from "svelte";
import { backend } from "#backend";
import App from "./App.svelte";
import { Console } from "./state/console.svelte";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const wished = () => localStorage.getItem("theme") ?? (system.matches ? "dark" : "light");
const dress = () => (root.dataset.theme = wished());
dress();
system.addEventListener("change", dress);

const target = document.getElementById("app");
if (target) mount(App, { target, props: { console: new Console(backend) } });
