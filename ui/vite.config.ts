import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The console's own policy, but that a browser has no IPC: so the page is tried under what it will meet. */
const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");

// `--mode fake` puts the fake backend in the place of the real one; no other build contains it.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  resolve: {
    alias: { "#backend": here(mode === "fake" ? "src/backend/fake/index.ts" : "src/backend/tauri.ts") },
    conditions: process.env.VITEST ? ["browser"] : undefined,
  },
  build: {
    outDir: mode === "fake" ? "dist-fake" : "dist",
    // Inlined assets are data: addresses, which the policy refuses for fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["safari17", "chrome120"],
  },
  server: { port: 5173, strictPort: true },
  preview: { headers: { "Content-Security-Policy": csp } },
  test: { environment: "jsdom", include: ["src/**/*.test.ts"] },
}));
