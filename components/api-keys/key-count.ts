/** "1 key", "1,234 keys". */
export function keyCount(keys: number): string {
  return keys === 1 ? "1 key" : `${keys === 0 ? "No" : keys.toLocaleString("en")} keys`;
}
