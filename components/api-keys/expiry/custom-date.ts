/**
 * Returns the last instant of a day (`2027-03-28`) in the user's time zone, or undefined if the day
 * doesn't exist. Where clocks go back at midnight, 23:59 comes twice; the start of the next day is
 * unique.
 */
export function endOfDay(date: string): Date | undefined {
  const [year, month, day] = date.split("-").map(Number);
  if (!year || !month || !day) return undefined;
  const start = new Date(year, month - 1, day);
  if (start.getMonth() !== month - 1 || start.getDate() !== day) return undefined;
  return new Date(new Date(year, month - 1, day + 1).getTime() - 1);
}

/**
 * Returns the day that lies this long after `now` in the user's time zone, as a date field wants
 * it.
 */
export function dateAfter(now: Date, { days = 0, years = 0 }: { days?: number; years?: number }): string {
  const date = new Date(now.getFullYear() + years, now.getMonth(), now.getDate() + days);
  const pad = (number: number, length: number) => String(number).padStart(length, "0");
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
}
