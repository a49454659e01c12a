const format = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

/** Formats a day, `YYYY-MM-DD`, as "March 4, 2026". */
export function longDay(day: string): string {
  return format.format(new Date(day));
}
