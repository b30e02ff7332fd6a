/** Pictures small enough to commit: reads what a browser draws, makes it smaller by whole averages, compares and writes it. 8 bits, no interlace. */
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** `{ width, height, rgb }`: three bytes a pixel, row by row. */
export function decode(png) {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error("not a PNG");
  let [at, width, height, channels] = [8, 0, 0, 3];
  const parts = [];
  while (at < png.length) {
    const size = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + size);
    if (type === "IHDR") {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      if (body[8] !== 8 || body[12] !== 0 || (body[9] !== 2 && body[9] !== 6)) throw new Error("only plain 8-bit colour is read");
      channels = body[9] === 6 ? 4 : 3;
    } else if (type === "IDAT") parts.push(body);
    at += size + 12;
  }
  return { width, height, rgb: unfilter(inflateSync(Buffer.concat(parts)), width, height, channels) };
}

function unfilter(raw, width, height, channels) {
  const stride = width * channels;
  const rgb = Buffer.alloc(width * height * 3);
  let before = new Uint8Array(stride);
  let row = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const from = y * (stride + 1) + 1;
    const kind = raw[from - 1];
    // A plain loop over millions of bytes: nothing is allocated in it.
    for (let x = 0; x < stride; x += 1) {
      const left = x < channels ? 0 : row[x - channels];
      const up = before[x];
      row[x] = raw[from + x] + (kind === 0 ? 0 : kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : paeth(left, up, x < channels ? 0 : before[x - channels]));
    }
    for (let x = 0, at = y * width * 3; x < stride; x += channels, at += 3) {
      rgb[at] = row[x];
      rgb[at + 1] = row[x + 1];
      rgb[at + 2] = row[x + 2];
    }
    [before, row] = [row, before];
  }
  return rgb;
}

function paeth(left, up, corner) {
  const l = Math.abs(up - corner);
  const u = Math.abs(left - corner);
  const c = Math.abs(left + up - 2 * corner);
  return l <= u && l <= c ? left : u <= c ? up : corner;
}

export function encode({ width, height, rgb }) {
  const stride = width * 3;
  const raw = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y += 1) {
    // "Up": a page is mostly what the line above it is.
    raw[y * (stride + 1)] = 2;
    for (let x = 0; x < stride; x += 1) raw[y * (stride + 1) + 1 + x] = rgb[y * stride + x] - (y === 0 ? 0 : rgb[(y - 1) * stride + x]);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([SIGNATURE, chunk("IHDR", head), chunk("IDAT", deflateSync(raw, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(body.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc(named), named.length + 4);
  return out;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function crc(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Colours are kept in steps of this. */
export const STEP = 15;

/** Each `by` times `by` pixels as their average, in steps: what fonts of two machines differ in is gone with it. */
export function smaller({ width, height, rgb }, by) {
  const [w, h] = [Math.floor(width / by), Math.floor(height / by)];
  const out = Buffer.alloc(w * h * 3);
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) {
      for (let c = 0; c < 3; c += 1) {
        let sum = 0;
        for (let dy = 0; dy < by; dy += 1) for (let dx = 0; dx < by; dx += 1) sum += rgb[((y * by + dy) * width + x * by + dx) * 3 + c];
        out[(y * w + x) * 3 + c] = Math.min(255, Math.round(sum / (by * by) / STEP) * STEP);
      }
    }
  }
  return { width: w, height: h, rgb: out };
}

/** Equal pictures side by side, `across` in a row. */
export function sheet(pictures, across) {
  const { width: w, height: h } = pictures[0];
  const [width, height] = [w * across, h * Math.ceil(pictures.length / across)];
  const rgb = Buffer.alloc(width * height * 3);
  pictures.forEach((picture, i) => {
    const [left, top] = [(i % across) * w, Math.floor(i / across) * h];
    for (let y = 0; y < h; y += 1) picture.rgb.copy(rgb, ((top + y) * width + left) * 3, y * w * 3, (y + 1) * w * 3);
  });
  return { width, height, rgb };
}

/**
 * How many pixels are of another colour, and a picture of where: red on a faint copy. At an edge one step is what two
 * machines may differ in, and more is another colour (`edges`); within an even area one step already is (`areas`).
 */
export function difference(before, after) {
  const { width, height, rgb: old } = before;
  const rgb = Buffer.alloc(after.rgb.length);
  let [edges, areas] = [0, 0];
  const same = (a, b) => old[a] === old[b] && old[a + 1] === old[b + 1] && old[a + 2] === old[b + 2];
  const even = (x, y, at) => x > 0 && y > 0 && x < width - 1 && y < height - 1 && [-3, 3, -width * 3, width * 3].every((step) => same(at, at + step));
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const off = Math.max(Math.abs(old[at] - after.rgb[at]), Math.abs(old[at + 1] - after.rgb[at + 1]), Math.abs(old[at + 2] - after.rgb[at + 2]));
      const area = off > 0 && even(x, y, at);
      if (off > STEP) edges += 1;
      if (area) areas += 1;
      for (let c = 0; c < 3; c += 1) rgb[at + c] = off > STEP || area ? (c === 0 ? 220 : 20) : 200 + Math.floor(after.rgb[at + c] / 6);
    }
  }
  return { edges, areas, picture: { ...after, rgb } };
}
