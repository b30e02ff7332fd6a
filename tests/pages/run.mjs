/** Tries the customers' pages in a browser: `npm test [-- files…]`. All in one process, so that they share what is slow to begin. */
const files = process.argv.slice(2);
const all = ["policy", "door", "factor", "company", "sso", "privacy", "members", "billing", "history", "looks", "staying"].map((name) => `${name}.test.mjs`);
for (const file of files.length > 0 ? files : all) await import(`./${file}`);
