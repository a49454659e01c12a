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

/** Shows the counts of one bar above it, within the width of the chart. */
export function ChartCard({ slot: { name, hour, counts }, looks, nouns: [noun, plural], at }: Props) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const local = hour && localHour(new Date(hour));
  return (
    <div
      data-chart-card
      className="absolute bottom-full z-10 w-(--card) pb-2 text-xs [--card:min(13rem,100%)]"
      style={{ left: `clamp(0px, ${at * 100}% - var(--card) / 2, 100% - var(--card))` }}
    >
      <div className="rounded-lg bg-surface p-3 shadow-overlay">
        <p className="font-medium">{name}</p>
        {local && <p className="text-muted">{local}</p>}
        <dl className="mt-2 grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 tabular-nums">
          {looks.length > 1 &&
            looks.map((look, i) => (
              <div key={look.label} className="col-span-2 grid grid-cols-subgrid">
                <dt className="flex items-center gap-1.5 text-muted">
                  <Swatch look={look} />
                  {look.label}
                </dt>
                <dd className="text-right">{formatNumber(counts[i] ?? 0)}</dd>
              </div>
            ))}
          <div className="col-span-2 grid grid-cols-subgrid border-line not-only:border-t not-only:pt-1">
            <dt className="first-letter:uppercase">{all === 1 ? noun : plural}</dt>
            <dd className="text-right font-medium">{formatNumber(all)}</dd>
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
