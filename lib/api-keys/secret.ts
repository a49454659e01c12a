import { hash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { KEY_GRAMMAR } from "#lib/api-keys/model/key-text.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY_LENGTH = 30;
const CHECKSUM_LENGTH = 6;

/**
 * 248 is the largest multiple of 62 in a byte. Bytes from it on are skipped, so that every
 * character is equally likely.
 */
const UNBIASED_BELOW = 248;

/** Generates a key: `gt_`, 30 random characters of base62 (178 bits) and a checksum of 6. */
export function generateSecret(): string {
  let body = "";
  while (body.length < BODY_LENGTH) {
    for (const byte of randomBytes(BODY_LENGTH)) {
      if (byte < UNBIASED_BELOW && body.length < BODY_LENGTH) body += ALPHABET[byte % 62];
    }
  }
  return `gt_${body}${checksum(`gt_${body}`)}`;
}

/** Checks grammar and checksum, so that a typing error or a scanner's guess costs no query. */
export function isSecret(text: string): boolean {
  return KEY_GRAMMAR.test(text) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** Hashes a key with SHA-256. A fast hash is right, because 178 random bits can't be guessed. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hash("sha256", secret, "buffer"));
}

/** Returns the same hash in hex, which identifies a key in caches. */
export function secretId(secret: string): string {
  return hash("sha256", secret);
}

/** Returns the parts of a key that are stored and shown, as in `gt_abcd…wxyz`. */
export function displayParts(secret: string): { prefix: string; lastFour: string } {
  return { prefix: secret.slice(0, 7), lastFour: secret.slice(-4) };
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
