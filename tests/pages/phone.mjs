/** A phone: it reads the QR code that the browser shows, and shows the codes (RFC 6238). Written anew, so that the server's own library is not its own judge. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import jsQR from "jsqr";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30_000;

/** What the phone reads off the picture, as the browser has drawn it. */
export async function scanned(picture) {
  const { width, height, pixels } = await picture.evaluate(async (image) => {
    await image.decode();
    const [width, height] = [image.width * 2, image.height * 2];
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.fillStyle = "#fff";
    canvas.fillRect(0, 0, width, height);
    canvas.drawImage(image, 0, 0, width, height);
    return { width, height, pixels: [...canvas.getImageData(0, 0, width, height).data] };
  });
  const found = jsQR(Uint8ClampedArray.from(pixels), width, height);
  assert.ok(found, "a phone reads the picture");
  return new URL(found.data);
}

/** The six digits at the instant. */
export function shows(secret, at) {
  const bits = [...secret.replaceAll(" ", "")].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / STEP)));
  const mac = createHmac("sha1", key).update(step).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Another code, for the same instant. */
export const wrong = (code) => (code === "000000" ? "000001" : "000000");
