import { generateSecret, isSecret } from "#lib/api-keys/secret.ts";

// Repeated here on purpose, so that a character missing in the generator shows in the numbers.
const CHARACTERS = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const PREFIX = "gt_";
const BODY_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const CRC_VALUES = 2 ** 32;

/**
 * The largest accepted deviation. A fair generator exceeds it once in a billion trials, and a
 * million keys still show a bias of 2%.
 */
const DEVIATION_MAX = 6;

type KeyStatistics = {
  keys: number;
  duplicates: number;
  /** Keys that fail their own grammar or checksum. */
  malformed: number;
  /**
   * One for each position after `gt_`. `deviation` is the chi-square in standard deviations from
   * the expected value; negative means too even.
   */
  positions: { chiSquare: number; freedom: number; deviation: number }[];
  passed: boolean;
};

/**
 * Checks many keys: no duplicates, each well-formed, and every position as even as chance makes it.
 */
export function keyStatistics(keys: number, generate: () => string = generateSecret): KeyStatistics {
  const seen = new Set<string>();
  const counts = Array.from({ length: BODY_LENGTH + CHECKSUM_LENGTH }, () => new Map<string, number>());
  let malformed = 0;
  for (let i = 0; i < keys; i++) {
    const secret = generate();
    seen.add(secret);
    if (!isSecret(secret)) malformed += 1;
    counts.forEach((count, position) => {
      const character = secret.charAt(PREFIX.length + position);
      count.set(character, (count.get(character) ?? 0) + 1);
    });
  }
  const duplicates = keys - seen.size;
  const positions = counts.map((count, position) => chiSquare(count, expectedShares(position), keys));
  const even = positions.every(({ deviation }) => Math.abs(deviation) <= DEVIATION_MAX);
  return { keys, duplicates, malformed, positions, passed: duplicates === 0 && malformed === 0 && even };
}

/**
 * Returns the expected share of each character at a position: equal in the body; in the checksum
 * the shares of 6 digits of a 32-bit number.
 */
function expectedShares(position: number): number[] {
  if (position < BODY_LENGTH) return CHARACTERS.map(() => 1 / CHARACTERS.length);
  // Counts the numbers below 2^32 with each digit at this place: whole rounds of 62 digits, and a
  // part of the last round.
  const place = 62 ** (BODY_LENGTH + CHECKSUM_LENGTH - 1 - position);
  const rounds = Math.floor(CRC_VALUES / (62 * place));
  const rest = CRC_VALUES % (62 * place);
  return CHARACTERS.map(
    (_, digit) => (rounds * place + Math.min(Math.max(rest - digit * place, 0), place)) / CRC_VALUES,
  );
}

function chiSquare(count: Map<string, number>, shares: number[], keys: number): KeyStatistics["positions"][number] {
  let sum = 0;
  let possible = 0;
  let counted = 0;
  shares.forEach((share, i) => {
    const observed = count.get(CHARACTERS[i] as string) ?? 0;
    if (share === 0) return;
    possible += 1;
    counted += observed;
    sum += (observed - share * keys) ** 2 / (share * keys);
  });
  // An impossible character is not a matter of chance.
  if (counted !== keys) sum = Number.POSITIVE_INFINITY;
  const freedom = possible - 1;
  // Wilson and Hilferty: the cube root of a chi-square is close to normal.
  const variance = 2 / (9 * freedom);
  const deviation = (Math.cbrt(sum / freedom) - (1 - variance)) / Math.sqrt(variance);
  return { chiSquare: sum, freedom, deviation };
}

if (import.meta.main) {
  const { keys, duplicates, malformed, positions, passed } = keyStatistics(1_000_000);
  const lines = positions.map(({ chiSquare, freedom, deviation }, i) =>
    [
      i < BODY_LENGTH ? `body ${i + 1}`.padEnd(10) : `checksum ${i - BODY_LENGTH + 1}`,
      chiSquare.toFixed(1).padStart(12),
      String(freedom).padStart(10),
      deviation.toFixed(2).padStart(11),
    ].join(""),
  );
  process.stdout.write(
    [
      `${"position".padEnd(10)}${"chi-square".padStart(12)}${"freedom".padStart(10)}${"deviation".padStart(11)}`,
      ...lines,
      "",
      `${keys} keys: ${duplicates} duplicates, ${malformed} that fail their own grammar or checksum`,
      `largest deviation ${Math.max(...positions.map(({ deviation }) => Math.abs(deviation))).toFixed(2)}, allowed ${DEVIATION_MAX}`,
      passed ? "passed" : "FAILED",
      "",
    ].join("\n"),
  );
  process.exitCode = passed ? 0 : 1;
}
