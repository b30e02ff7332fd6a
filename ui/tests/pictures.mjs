/** Each screen's committed picture: small, one file a screen, compared with what is drawn now. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decode, difference, encode, sheet, smaller } from "./png.mjs";

const KEPT = fileURLToPath(new URL("looks", import.meta.url));
const FOUND = fileURLToPath(new URL("../../target/looks", import.meta.url));
const ACROSS = 3;
/** So many pixels of a view may differ: what another machine's fonts come to at edges, and within even areas. */
const SPECKS = { edges: 6, areas: 40 };

export const thumbnail = (png, by) => smaller(decode(png), by);

/** A line for each view that looks different. Leaves pictures of it behind, and says where. */
export function compared(screen, views) {
  const file = `${KEPT}/${screen}.png`;
  const now = sheet(views.map((view) => view.small), ACROSS);
  if (process.env.DOORWARD_WRITE) {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(file, encode(now));
    return [];
  }
  if (!existsSync(file)) return [`there is none yet: DOORWARD_WRITE=1 writes ${file}`];
  const kept = decode(readFileSync(file));
  rmSync(`${FOUND}/${screen}`, { recursive: true, force: true });
  if (kept.width !== now.width || kept.height !== now.height) return [`${file} is of another size: DOORWARD_WRITE=1 writes it anew`];
  return views.flatMap(({ name, png, small }, i) => {
    const expected = part(kept, small, i);
    const { edges, areas, picture } = difference(expected, small);
    if (edges <= SPECKS.edges && areas <= SPECKS.areas) return [];
    mkdirSync(`${FOUND}/${screen}`, { recursive: true });
    const leave = (what, bytes) => writeFileSync(`${FOUND}/${screen}/${name}-${what}.png`, bytes);
    leave("window", png);
    leave("actual", encode(small));
    leave("expected", encode(expected));
    leave("difference", encode(picture));
    return [`${name} looks different in ${edges} places at edges and ${areas} within even areas; see ${FOUND}/${screen}/${name}-difference.png. If it should: DOORWARD_WRITE=1`];
  });
}

function part(from, { width, height }, i) {
  const [left, top] = [(i % ACROSS) * width, Math.floor(i / ACROSS) * height];
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) from.rgb.copy(rgb, y * width * 3, ((top + y) * from.width + left) * 3, ((top + y) * from.width + left + width) * 3);
  return { width, height, rgb };
}
