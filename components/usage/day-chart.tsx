import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";

const HEIGHT = 160;
const dayName = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

/** A UTC day, `YYYY-MM-DD`, with so many of each part. */
type Day<Part extends string> = { day: string } & Record<Part, number>;
/** In the order in which a bar is built. */
type Looks<Part extends string> = Record<Part, { label: string; fill: string; swatch: string }>;
type Props<Part extends string> = {
  days: Day<NoInfer<Part>>[];
  looks: Looks<Part>;
  /** What is counted: one, and many. */
  nouns: [string, string];
};

const name = ({ day }: { day: string }) => dayName.format(new Date(day));

/** Counts by day as stacked bars, drawn on the server: no script is loaded for it. The same stands below as a table. */
export function DayChart<Part extends string>({ days, looks, nouns }: Props<Part>) {
  const parts = Object.keys(looks) as Part[];
  const total = (day: Day<Part>) => parts.reduce((sum, part) => sum + day[part], 0);
  const [noun, plural] = nouns;
  const most = Math.max(1, ...days.map(total));
  const all = days.reduce((sum, day) => sum + total(day), 0);
  const busy = days.filter((day) => total(day) !== 0);
  const shown = parts.filter((part) => days.some((day) => day[part] > 0));
  const several = parts.length > 1;
  if (busy.length === 0) {
    return (
      <p className="px-4 py-10 text-center text-muted">
        No {plural} in these {days.length} days.
      </p>
    );
  }
  const title = `${plural.charAt(0).toUpperCase()}${plural.slice(1)} by day`;
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex items-baseline justify-between gap-4">
        <p>
          <span className="font-semibold text-lg tabular-nums">{formatNumber(all)}</span>{" "}
          <span className="text-muted">{all === 1 ? noun : plural}</span>
        </p>
        <p className="text-muted text-xs">Most in a day: {formatNumber(most)}</p>
      </div>
      <svg
        viewBox={`0 0 ${days.length * 10} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}, ${formatNumber(all)} in all`}
        className="h-40 w-full border-line border-b"
      >
        {days.map((day, i) => (
          <g key={day.day}>
            <title>{`${name(day)}: ${formatNumber(total(day))}`}</title>
            <rect x={i * 10} y={0} width={10} height={HEIGHT} fill="transparent" />
            <Bar counts={shown.map((part) => [day[part], looks[part].fill])} x={i * 10} most={most} />
          </g>
        ))}
      </svg>
      <div className="flex justify-between text-muted text-xs">
        <span>{name(days[0] as Day<Part>)}</span>
        <span>{name(days.at(-1) as Day<Part>)} (UTC)</span>
      </div>
      {several && (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
          {shown.map((part) => (
            <li key={part} className="flex items-center gap-1.5">
              <span aria-hidden className={`size-2.5 rounded-sm forced-color-adjust-none ${looks[part].swatch}`} />
              {looks[part].label}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary className="w-fit rounded text-[0.8125rem] text-muted hover:text-ink">Show as a table</summary>
        <div className="mt-3">
          <ReadingTable
            label={title}
            head={["Day (UTC)", "All", ...(several ? shown.map((part) => looks[part].label) : [])]}
            rows={busy
              .map((day) => ({
                key: day.day,
                cells: [
                  day.day,
                  formatNumber(total(day)),
                  ...(several ? shown.map((part) => formatNumber(day[part])) : []),
                ],
              }))
              .reverse()}
          />
        </div>
      </details>
    </div>
  );
}

function Bar({ counts, x, most }: { counts: [count: number, fill: string][]; x: number; most: number }) {
  let top = HEIGHT;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, fill]) => {
      // What is there is seen, however little it is.
      const height = Math.max(2, (count / most) * (HEIGHT - 8));
      top -= height;
      return <rect key={fill} x={x + 1.5} y={top} width={7} height={height} className={fill} />;
    });
}
