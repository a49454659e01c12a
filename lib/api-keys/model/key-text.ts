/** The start of every key. */
export const KEY_START = "gt_";

/** A whole key. */
export const KEY_GRAMMAR = /^gt_[0-9A-Za-z]{36}$/;

const SHAPE = "gt_[0-9A-Za-z]{20,}";

/** Matches text that may hold a key. Such text must never reach the URL, the server or storage. */
export const KEY_SHAPE = new RegExp(SHAPE);

/** The `pattern` of a field that a browser without JavaScript rejects such text by. */
export const NO_KEY_PATTERN = `(?!.*${SHAPE}).*`;

/**
 * Finds the key in a text: the first whole one, else the first text with a key's shape, else null.
 */
export function keyIn(text: string): string | null {
  const shaped = text.match(new RegExp(SHAPE, "g")) ?? [];
  return shaped.find((part) => KEY_GRAMMAR.test(part)) ?? shaped[0] ?? null;
}
