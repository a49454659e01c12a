import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The SHA-256 of a key, in hex. Not by `crypto.subtle`, which does not exist on plain http. */
export function hashKey(secret: string): string {
  return bytesToHex(sha256(utf8ToBytes(secret)));
}
