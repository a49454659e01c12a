/** A whole key. */
export const KEY_GRAMMAR = /^gt_[0-9A-Za-z]{36}$/;

const SHAPE = "gt_[0-9A-Za-z]{20,}";

/** A text with the shape of a key, wherever it stands: such text must never reach the URL, the server or storage. */
export const KEY_SHAPE = new RegExp(SHAPE);

/** For the `pattern` of a field: with it a browser that runs no JavaScript refuses to send such text. */
export const NO_KEY_PATTERN = `(?!.*${SHAPE}).*`;

/** What of a text may be a key: the first whole one, else the first that has a key's shape; null where there is none. */
export function keyIn(text: string): string | null {
  const shaped = text.match(new RegExp(SHAPE, "g")) ?? [];
  return shaped.find((part) => KEY_GRAMMAR.test(part)) ?? shaped[0] ?? null;
}
