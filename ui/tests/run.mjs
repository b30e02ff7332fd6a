/** Builds the page on the fake backend and for release, then tries both: `npm run test:browser [-- files…]`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ui = fileURLToPath(new URL("..", import.meta.url));
const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: ui, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};
const vite = "node_modules/vite/bin/vite.js";
run(vite, "build", "--mode", "fake", "--logLevel", "warn");
run(vite, "build", "--logLevel", "warn");
const files = process.argv.slice(2);
run("--test", "--test-concurrency=1", "--test-reporter=spec", ...(files.length > 0 ? files : ["tests/rules.test.mjs", "tests/looks.test.mjs", "tests/walk.test.mjs", "tests/daily.test.mjs", "tests/desktop.test.mjs", "tests/lock.test.mjs", "tests/history.test.mjs", "tests/servers.test.mjs", "tests/access.test.mjs", "tests/bundle.test.mjs"]));
