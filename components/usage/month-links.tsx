import { Link } from "#components/ui/link.tsx";

const MONTHS_KEPT = 24;
const name = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
const startOf = (month: string, later = 0) =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + later));

/** Formats `2026-11` as "November 2026". */
export function monthName(month: string): string {
  return name.format(startOf(month));
}

type Props = { month: string; now: Date; href: (month: string) => string };

/** Links to the previous and the next month, as far as counts are kept. */
export function MonthLinks({ month, now, href }: Props) {
  const monthAt = (later: number) => startOf(month, later).toISOString().slice(0, 7);
  const current = now.toISOString().slice(0, 7);
  const first = startOf(current, -MONTHS_KEPT).toISOString().slice(0, 7);
  const shown = [monthAt(-1), monthAt(1)].filter((each) => each >= first && each <= current);
  return (
    <nav aria-label="Month" className="flex gap-4 text-[0.8125rem]">
      {shown.map((each) => (
        <Link key={each} href={href(each)} scroll={false} className="text-accent-ink underline underline-offset-3">
          {monthName(each)}
        </Link>
      ))}
    </nav>
  );
}
