// Avoids `Intl` for the reason that `formatNumber` gives.

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const month = (at: Date) => MONTHS[at.getUTCMonth()] ?? "";

/** Formats the UTC day of a time as "Nov 24". */
export function shortDay(at: Date): string {
  return `${month(at).slice(0, 3)} ${at.getUTCDate()}`;
}

/** Formats the UTC day of a time as "Tue, Nov 24". */
export function weekday(at: Date): string {
  return `${WEEKDAYS[at.getUTCDay()]}, ${shortDay(at)}`;
}

/** Formats a day, `YYYY-MM-DD`, as "March 4, 2026". */
export function longDay(day: string): string {
  const at = new Date(day);
  return `${month(at)} ${at.getUTCDate()}, ${at.getUTCFullYear()}`;
}
