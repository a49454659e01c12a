import { formatNumber } from "#components/ui/number.ts";
/** Formats a number of keys: "1 key", "1,234 keys". */
export function keyCount(keys: number): string {
  return keys === 1 ? "1 key" : `${keys === 0 ? "No" : formatNumber(keys)} keys`;
}
