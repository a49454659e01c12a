import { ReadingTable } from "#components/ui/reading-table.tsx";
import { OUTCOME_GROUP_NAMES, OUTCOME_LOOKS } from "#components/usage/outcome-labels.ts";
import type { DayUsage } from "#lib/usage/read.ts";

const HEIGHT = 160;
const number = new Intl.NumberFormat("en");
const dayName = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

const total = (day: DayUsage) => OUTCOME_GROUP_NAMES.reduce((sum, group) => sum + day[group], 0);
const name = ({ day }: DayUsage) => dayName.format(new Date(day));

/** Requests by day as stacked bars, drawn on the server: no script is loaded for it. The same stands below as a table. */
export function DayChart({ days }: { days: DayUsage[] }) {
  const most = Math.max(1, ...days.map(total));
  const all = days.reduce((sum, day) => sum + total(day), 0);
  const shown = OUTCOME_GROUP_NAMES.filter((group) => days.some((day) => day[group] > 0));
  if (all === 0) return <p className="px-4 py-10 text-center text-muted">No requests in these {days.length} days.</p>;
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex items-baseline justify-between gap-4">
        <p>
          <span className="font-semibold text-lg tabular-nums">{number.format(all)}</span>{" "}
          <span className="text-muted">{all === 1 ? "request" : "requests"}</span>
        </p>
        <p className="text-muted text-xs">Most in a day: {number.format(most)}</p>
      </div>
      <svg
        viewBox={`0 0 ${days.length * 10} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Requests by day, ${number.format(all)} in all`}
        className="h-40 w-full border-line border-b"
      >
        {days.map((day, i) => (
          <Bar key={day.day} day={day} x={i * 10} most={most} />
        ))}
      </svg>
      <div className="flex justify-between text-muted text-xs">
        <span>{name(days[0] as DayUsage)}</span>
        <span>{name(days.at(-1) as DayUsage)} (UTC)</span>
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
        {shown.map((group) => (
          <li key={group} className="flex items-center gap-1.5">
            <span
              aria-hidden
              className={`size-2.5 rounded-sm forced-color-adjust-none ${OUTCOME_LOOKS[group].swatch}`}
            />
            {OUTCOME_LOOKS[group].label}
          </li>
        ))}
      </ul>
      <details>
        <summary className="w-fit rounded text-[0.8125rem] text-muted hover:text-ink">Show as a table</summary>
        <div className="mt-3">
          <ReadingTable
            label="Requests by day"
            head={["Day (UTC)", "All", ...shown.map((group) => OUTCOME_LOOKS[group].label)]}
            rows={days
              .filter((day) => total(day) > 0)
              .map((day) => ({
                key: day.day,
                cells: [day.day, number.format(total(day)), ...shown.map((group) => number.format(day[group]))],
              }))
              .reverse()}
          />
        </div>
      </details>
    </div>
  );
}

function Bar({ day, x, most }: { day: DayUsage; x: number; most: number }) {
  let top = HEIGHT;
  return (
    <g>
      <title>{`${name(day)}: ${number.format(total(day))}`}</title>
      <rect x={x} y={0} width={10} height={HEIGHT} fill="transparent" />
      {OUTCOME_GROUP_NAMES.filter((group) => day[group] > 0).map((group) => {
        // What is there is seen, however little it is.
        const height = Math.max(2, (day[group] / most) * (HEIGHT - 8));
        top -= height;
        return <rect key={group} x={x + 1.5} y={top} width={7} height={height} className={OUTCOME_LOOKS[group].fill} />;
      })}
    </g>
  );
}
