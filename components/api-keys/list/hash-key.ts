import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Returns the SHA-256 of a key in hex. `crypto.subtle` doesn't exist on plain http. */
export function hashKey(secret: string): string {
  return bytesToHex(sha256(utf8ToBytes(secret)));
}
