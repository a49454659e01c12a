"use client";

import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { ChartCursor } from "#components/usage/chart/chart-cursor.tsx";
import { type Look, Swatch } from "#components/usage/chart/chart-look.tsx";
import { ChartPlot } from "#components/usage/chart/chart-plot.tsx";
import type { Unit } from "#components/usage/chart/chart-scale.ts";
import { slotDate, slotName } from "#components/usage/chart/slot-names.ts";

/** An hour or a UTC day, by its start, with the count of each part. */
type Slot<Part extends string> = { at: Date } & Record<Part, number>;
type Props<Part extends string> = {
  unit: Unit;
  slots: Slot<NoInfer<Part>>[];
  /** In the order in which the parts of a bar are stacked. */
  looks: Record<Part, Look>;
  /** The name of what is counted: singular and plural. */
  nouns: [string, string];
  /** The range in words: "the last 30 days". */
  range: string;
};

/**
 * Shows counts over time as stacked bars, and in a table below. The server draws them; a script
 * only adds the counts of the bar that the user points at. A client component, so that the page
 * carries the counts once more as data and not as elements.
 */
export function Chart<Part extends string>({ unit, slots, looks, nouns, range }: Props<Part>) {
  const [noun, plural] = nouns;
  const parts = (Object.keys(looks) as Part[]).filter((part) => slots.some((slot) => slot[part] > 0));
  const several = Object.keys(looks).length > 1;
  if (parts.length === 0)
    return (
      <p className="px-4 py-10 text-center text-muted">
        No {plural} in {range}.
      </p>
    );
  const bars = slots.map((slot) => ({ at: slot.at, counts: parts.map((part) => slot[part]) }));
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);
  const totals = bars.map(({ counts }) => sum(counts));
  const all = sum(totals);
  const title = `${plural.charAt(0).toUpperCase()}${plural.slice(1)} by ${unit}`;
  const shown = parts.map((part) => looks[part]);
  const name = (at: Date, i: number) => slotName(at, unit) + (i === slots.length - 1 ? ", so far" : "");
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p>
          <span className="font-semibold text-lg tabular-nums">{formatNumber(all)}</span>{" "}
          <span className="text-muted">{all === 1 ? noun : plural}</span>
        </p>
        <p className="text-muted text-xs">Peak: {formatNumber(Math.max(...totals))}</p>
      </div>
      <ChartPlot bars={bars} unit={unit} looks={shown} label={`${title}, ${formatNumber(all)} in all`}>
        {(plot) => (
          <ChartCursor
            label={`Explore ${plural} by ${unit}`}
            slots={bars.map(({ at, counts }, i) => ({
              name: name(at, i),
              hour: unit === "hour" ? at.toISOString() : null,
              counts,
            }))}
            looks={shown}
            nouns={nouns}
          >
            {plot}
          </ChartCursor>
        )}
      </ChartPlot>
      {several && (
        <ul className="flex flex-wrap gap-x-5 gap-y-1 text-[0.8125rem]">
          {parts.map((part, i) => (
            <li key={part} className="flex items-center gap-1.5">
              <Swatch look={looks[part]} />
              <span className="text-muted">{looks[part].label}</span>
              <span className="tabular-nums">{formatNumber(sum(bars.map(({ counts }) => counts[i] ?? 0)))}</span>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary className="w-fit rounded text-[0.8125rem] text-muted hover:text-ink">Show as a table</summary>
        <div className="mt-3">
          <ReadingTable
            label={title}
            head={[
              unit === "day" ? "Day (UTC)" : "Hour (UTC)",
              "All",
              ...(several ? shown.map(({ label }) => label) : []),
            ]}
            rows={bars
              .flatMap(({ at, counts }) =>
                sum(counts) === 0
                  ? []
                  : [
                      {
                        key: at.toISOString(),
                        cells: [slotDate(at, unit), ...[sum(counts), ...(several ? counts : [])].map(formatNumber)],
                      },
                    ],
              )
              .reverse()}
          />
        </div>
      </details>
    </div>
  );
}
