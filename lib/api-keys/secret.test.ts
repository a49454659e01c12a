import { createHash, randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { displayParts, generateSecret, hashSecret, isSecret } from "#lib/api-keys/secret.ts";
import { keyStatistics } from "#scripts/key-statistics.ts";

/**
 * Checksums computed with Python's zlib, so that keys made today are accepted by every later
 * version.
 */
const KNOWN = [
  ["gt_abcdefghijklmnopqrstuvwxyz01231imDmE", "any body"],
  ["gt_00000000000000000000000000000036Sx3E", "a body of zeros"],
  ["gt_xxxxxxxxxxxxxxxxxxxxxxx04101220000df", "a checksum that needs padding"],
] as const;
const [SECRET] = KNOWN[0];

describe("grammar and checksum", () => {
  test.each(KNOWN)("%s is a key: %s", (secret) => {
    expect(isSecret(secret)).toBe(true);
  });

  test("any single character changed is noticed", () => {
    for (let i = 0; i < SECRET.length; i++) {
      const typo = SECRET[i] === "7" ? "8" : "7";
      expect(isSecret(SECRET.slice(0, i) + typo + SECRET.slice(i + 1)), `at ${i}`).toBe(false);
    }
  });

  test("any two neighbours swapped are noticed", () => {
    for (let i = 0; i < SECRET.length - 1; i++) {
      const swapped = `${SECRET.slice(0, i)}${SECRET[i + 1]}${SECRET[i]}${SECRET.slice(i + 2)}`;
      expect(isSecret(swapped), `at ${i}`).toBe(false);
    }
  });

  test.each([
    ["nothing", ""],
    ["the prefix alone", "gt_"],
    ["the documentation's placeholder", "gt_your_api_key_here"],
    ["one character too few", SECRET.slice(0, -1)],
    ["one character too many", `${SECRET}0`],
    ["a new line at the end", `${SECRET}\n`],
    ["a space in front", ` ${SECRET}`],
    ["a prefix in capitals", SECRET.replace("gt_", "GT_")],
    ["another product's prefix", SECRET.replace("gt_", "sk_")],
    ["the letters' case lost", SECRET.toLowerCase()],
    ["base64url's characters", SECRET.replace("abc", "-_-")],
    ["full-width digits", SECRET.replace("0123", "０１２３")],
    ["two keys in a row", SECRET + SECRET],
  ])("%s is no key", (_, text) => {
    expect(isSecret(text)).toBe(false);
  });
});

describe("the stored part of a key", () => {
  test("is SHA-256 of the whole key", () => {
    expect(Buffer.from(hashSecret(SECRET)).toString("hex")).toBe(createHash("sha256").update(SECRET).digest("hex"));
  });

  test("includes its first 7 characters for display", () => {
    expect(displayParts(SECRET)).toEqual({ prefix: "gt_abcd", lastFour: SECRET.slice(-4) });
  });
});

describe("20,000 generated keys", () => {
  const KEYS = 20_000;

  test("have no duplicate, pass their own checksum, and every position is even", () => {
    expect(keyStatistics(KEYS)).toMatchObject({ duplicates: 0, malformed: 0, passed: true });
  });

  /**
   * A generated key whose body is changed after the fact keeps its shape; only the statistics of
   * the body can tell.
   */
  const withBody = (change: (body: string) => string) => () => {
    const secret = generateSecret();
    return `gt_${change(secret.slice(3, 33))}${secret.slice(33)}`;
  };
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const moduloBiased = () => digits.charAt(randomInt(256) % 62);
  let counter = 0;

  test.each([
    ["bytes taken modulo 62", withBody((body) => body.replace(/./g, moduloBiased))],
    ["a position that counts up", withBody((body) => digits[counter++ % 62] + body.slice(1))],
    ["a character that never occurs", withBody((body) => body.replaceAll("z", "y"))],
    ["a character that is none of base62", withBody((body) => `-${body.slice(1)}`)],
  ])("would show %s", (_, generate) => {
    const { positions } = keyStatistics(KEYS, generate);
    expect(Math.max(...positions.map(({ deviation }) => Math.abs(deviation)))).toBeGreaterThan(6);
  });

  test("would show a key that occurs twice", () => {
    let made = 0;
    const generate = () => (made++ < 2 ? SECRET : generateSecret());
    expect(keyStatistics(KEYS, generate)).toMatchObject({ duplicates: 1, malformed: 0, passed: false });
  });

  test("would show a key that fails its own checksum", () => {
    let made = 0;
    const generate = () => (made++ === 0 ? `${SECRET.slice(0, -1)}0` : generateSecret());
    expect(keyStatistics(KEYS, generate)).toMatchObject({ duplicates: 0, malformed: 1, passed: false });
  });
});
