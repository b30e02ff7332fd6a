/** Copies. What is secret leaves the clipboard again after a minute, unless something else was copied since. */
const SECRET_STAYS = 60_000;
let last = 0;

export async function copy(text: string, secret = false): Promise<void> {
  await navigator.clipboard.writeText(text);
  const mine = ++last;
  if (secret) setTimeout(() => mine === last && void navigator.clipboard.writeText("").catch(() => {}), SECRET_STAYS);
}
