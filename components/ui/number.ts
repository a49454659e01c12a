/**
 * Formats a number like `Intl.NumberFormat`: "1,234". The first use of `Intl` delayed the start of
 * the key list by 25 ms.
 */
export function formatNumber(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Formats a number with what it counts: "1 session", "1,234 sessions". */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${formatNumber(number)} ${number === 1 ? one : many}`;
}
