/** The last instant of a day (`2027-03-28`) in the reader's zone, or undefined where there is no such day. */
export function endOfDay(date: string): Date | undefined {
  const [year, month, day] = date.split("-").map(Number);
  if (!year || !month || !day) return undefined;
  const end = new Date(year, month - 1, day, 23, 59, 59, 999);
  return end.getMonth() === month - 1 ? end : undefined;
}

/** The day that lies so far after today in the reader's zone, as a date field wants it. */
export function dateAfter({ days = 0, years = 0 }: { days?: number; years?: number }): string {
  const now = new Date();
  const date = new Date(now.getFullYear() + years, now.getMonth(), now.getDate() + days);
  const pad = (number: number, length: number) => String(number).padStart(length, "0");
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
}
