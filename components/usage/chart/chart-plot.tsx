import { type ReactNode, useId } from "react";
import { formatNumber } from "#components/ui/number.ts";
import type { Look } from "#components/usage/chart/chart-look.tsx";
import { gridlines, labeledSlots, lineLabel, type Unit } from "#components/usage/chart/chart-scale.ts";
import { slotLabel, slotName } from "#components/usage/chart/slot-names.ts";

/** Percent of a slot's width, and at most of the whole plot's. */
const BAR = 70;
const BAR_MAX = 6;
/** Percent of the plot's height: a bar that isn't zero stays visible. */
const PART_MIN = 1.25;
/**
 * The part of the plot's width at its edges where a label in the middle of a thin bar would leave
 * it.
 */
const EDGE = 0.06;

const percent = (part: number) => `${Math.round(part * 1e4) / 100}%`;

type Bar = { at: Date; counts: number[] };
type Props = {
  bars: Bar[];
  unit: Unit;
  looks: Look[];
  label: string;
  /** Frames the plot, which has the size of all bars. */
  children: (plot: ReactNode) => ReactNode;
};

/**
 * Draws bars with their axes. Places are percentages, so that text keeps its shape at any width.
 */
export function ChartPlot({ bars, unit, looks, label, children }: Props) {
  const hatch = useId();
  const totals = bars.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
  const lines = gridlines(Math.max(...totals));
  const top = lines.at(-1) ?? 1;
  const slot = 1 / bars.length;
  const width = Math.min(slot * BAR, BAR_MAX) / 100;
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 gap-y-2 pt-2">
      <svg aria-hidden className="h-40 w-9 overflow-visible fill-muted text-xs forced-colors:fill-[CanvasText]">
        {lines.map((line) => (
          <text key={line} x="100%" y={percent(1 - line / top)} dy="0.32em" textAnchor="end">
            {lineLabel(line)}
          </text>
        ))}
      </svg>
      {children(
        <svg role="img" aria-label={label} className="h-40 w-full overflow-visible">
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="3" height="5" className="fill-danger" />
          </pattern>
          {lines.map((line) => (
            <line
              key={line}
              x2="100%"
              y1={percent(1 - line / top)}
              y2={percent(1 - line / top)}
              className={line === 0 ? "stroke-line-strong" : "stroke-line"}
            />
          ))}
          {bars.map(({ at, counts }, i) => {
            let height = 0;
            return (
              <g key={at.getTime()}>
                <title>{`${slotName(at, unit)}: ${formatNumber(totals[i] ?? 0)}`}</title>
                <rect x={percent(i * slot)} width={percent(slot)} height="100%" fill="transparent" />
                {looks.map(({ label, fill, hatched }, part) => {
                  if (!counts[part]) return null;
                  const own = Math.max(PART_MIN / 100, counts[part] / top);
                  height += own;
                  return (
                    <rect
                      key={label}
                      x={percent((i + 0.5) * slot - width / 2)}
                      y={percent(1 - height)}
                      width={percent(width)}
                      height={percent(own)}
                      className={hatched ? "stroke-danger" : fill}
                      fill={hatched && `url(#${hatch})`}
                    />
                  );
                })}
              </g>
            );
          })}
        </svg>,
      )}
      <span className="text-right text-muted text-xs">UTC</span>
      <TimeAxis bars={bars} unit={unit} />
    </div>
  );
}

function TimeAxis({ bars, unit }: Pick<Props, "bars" | "unit">) {
  const labeled = labeledSlots(
    bars.map(({ at }) => at),
    unit,
  );
  return (
    <div className="@container">
      <svg aria-hidden className="h-4.5 w-full overflow-visible fill-muted text-xs forced-colors:fill-[CanvasText]">
        {labeled.map((i, place) => {
          const [left, right] = [i / bars.length, (i + 1) / bars.length];
          const anchor = right < EDGE * 2 ? "start" : left > 1 - EDGE * 2 ? "end" : "middle";
          const x = { start: left, middle: (left + right) / 2, end: right }[anchor];
          const fromEnd = labeled.length - 1 - place;
          return (
            <text
              key={i}
              x={percent(x)}
              y="1em"
              textAnchor={anchor}
              // Where there is no room for all labels, every second one stays, or the last.
              className={fromEnd % 2 === 1 ? "@max-3xs:hidden" : fromEnd > 0 ? "@max-[10rem]:hidden" : undefined}
            >
              {slotLabel((bars[i] as Bar).at, unit)}
            </text>
          );
        })}
      </svg>
    </div>
  );
}
