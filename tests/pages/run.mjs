/** Tries the customers' pages in a browser: `npm test [-- files…]`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const files = process.argv.slice(2);
const all = ["door.test.mjs", "privacy.test.mjs", "looks.test.mjs", "staying.test.mjs", "sso.test.mjs"];
const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...(files.length > 0 ? files : all)], { cwd, stdio: "inherit" });
process.exit(status ?? 1);
