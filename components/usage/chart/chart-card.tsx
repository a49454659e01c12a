import { formatNumber } from "#components/ui/number.ts";
import { type Look, Swatch } from "#components/usage/chart/chart-look.tsx";
import { HOUR_MS } from "#lib/time/model/duration.ts";

/** One bar. `hour` is the start of an hour in ISO 8601; null for a day. */
export type CursorSlot = { name: string; hour: string | null; counts: number[] };
type Props = {
  slot: CursorSlot;
  looks: Look[];
  nouns: [string, string];
  /** The middle of the bar, from 0 (left) to 1. */
  at: number;
};

/**
 * Shows the counts of one bar above it. Where the plot is too narrow for them, the card is wider
 * and ends with the plot.
 */
export function ChartCard({ slot: { name, hour, counts }, looks, nouns: [noun, plural], at }: Props) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const local = hour && localHour(new Date(hour));
  return (
    <div
      data-chart-card
      className="absolute bottom-full z-10 w-(--card) pb-2 text-xs [--card:min(13rem,max(100%,60vw))]"
      style={{ left: `min(max(0px, ${at * 100}% - var(--card) / 2), 100% - var(--card))` }}
    >
      <div className="rounded-lg bg-surface p-3 shadow-overlay">
        <p className="font-medium">{name}</p>
        {local && <p className="text-muted">{local}</p>}
        <dl className="mt-2 flex flex-col gap-y-1 tabular-nums">
          {looks.length > 1 &&
            looks.map((look, i) => (
              <div key={look.label} className="flex flex-wrap justify-between gap-x-4">
                <dt className="flex items-center gap-1.5 text-muted">
                  <Swatch look={look} />
                  {look.label}
                </dt>
                <dd className="ml-auto">{formatNumber(counts[i] ?? 0)}</dd>
              </div>
            ))}
          <div className="flex flex-wrap justify-between gap-x-4 border-line not-only:border-t not-only:pt-1">
            <dt className="first-letter:uppercase">{all === 1 ? noun : plural}</dt>
            <dd className="ml-auto font-medium">{formatNumber(all)}</dd>
          </div>
        </dl>
      </div>
    </div>
  );
}

/** Names an hour in the reader's time zone; null if that is UTC. */
function localHour(from: Date): string | null {
  if (from.getTimezoneOffset() === 0) return null;
  const format = new Intl.DateTimeFormat(undefined, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  return format.formatRange(from, new Date(from.getTime() + HOUR_MS));
}
