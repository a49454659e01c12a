import { formatNumber } from "#components/ui/number.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

const BAR = 2;
const HEIGHT = 18;

/** Shows how many requests a key had in the last 24 hours, with a bar for each hour. */
export function RecentRequests({ apiKey }: { apiKey: Pick<ListedApiKey, "recentRequests" | "requestsByHour"> }) {
  const { recentRequests, requestsByHour } = apiKey;
  if (recentRequests === 0) return <span className="text-muted">0</span>;
  return (
    <>
      <Sparkline counts={requestsByHour} />
      {formatNumber(recentRequests)}
    </>
  );
}

/** One path of bars, drawn on the server. The number beside it says the same to a screen reader. */
function Sparkline({ counts }: { counts: number[] }) {
  const most = Math.max(...counts);
  const width = counts.length * BAR;
  const bars = counts.map((count, i) => {
    // An hour with requests stays visible.
    const height = count === 0 ? 0.5 : Math.max(2, Math.round((count / most) * HEIGHT));
    return `M${i * BAR + 0.75} ${HEIGHT}v-${height}`;
  });
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${width} ${HEIGHT}`}
      className="key-sparkline h-4.5 w-12.5 shrink-0 text-accent-ink"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
    >
      <path d={bars.join("")} />
    </svg>
  );
}
