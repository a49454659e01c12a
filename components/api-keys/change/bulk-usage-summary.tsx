import { type BulkChange, changedKeys } from "#components/api-keys/change/bulk-change.ts";
import { Notice } from "#components/ui/notice.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { relativeTime, useNow } from "#components/ui/time.tsx";
import type { UsageSummary as Summary, UsedKey } from "#lib/api-keys/bulk.ts";

type Props = { summary: Summary; kind: BulkChange };

/** Shows the recent use of the keys, which the user needs to know before breaking it. */
export function BulkUsageSummary({ summary, kind }: Props) {
  const { keys, active, usedLastHour, usedLastDay, lately } = summary;
  return (
    <>
      <p>{statuses(summary, kind)}</p>
      {active > 0 && usedLastDay === 0 && (
        <Notice>{keys === 1 ? "It was not" : "None of them was"} used in the last 24 hours.</Notice>
      )}
      {usedLastDay > 0 && (
        <Notice tone="warning">
          <p className="font-medium">
            {formatNumber(usedLastHour)} used in the last hour, {formatNumber(usedLastDay)} in the last 24 hours.
          </p>
          <ul aria-label="Used lately" className="mt-2 flex flex-col gap-1.5">
            {lately.map((key) => (
              <Used key={key.id} apiKey={key} />
            ))}
            {usedLastDay > lately.length && <li>and {formatNumber(usedLastDay - lately.length)} more</li>}
          </ul>
        </Notice>
      )}
    </>
  );
}

/** Says how many of the keys have which status, and how many are skipped. */
function statuses(summary: Summary, kind: BulkChange): string {
  const { keys, active, disabled } = summary;
  const ended = keys - active - disabled;
  const counts = [
    { count: active, words: "active" },
    { count: disabled, words: "disabled" },
    { count: ended, words: "revoked or expired" },
  ].filter(({ count }) => count > 0);
  const [first] = counts;
  if (counts.length === 1) return keys === 1 ? `It is ${first?.words}.` : `All of them are ${first?.words}.`;
  const skipped = keys - changedKeys(kind, summary);
  const said = counts.map(({ count, words }) => `${formatNumber(count)} ${words}`).join(", ");
  return `${said}.${skipped > 0 ? ` ${formatNumber(skipped)} ${skipped === 1 ? "is" : "are"} skipped.` : ""}`;
}

function Used({ apiKey: { name, prefix, lastUsedAt, recentRequests } }: { apiKey: UsedKey }) {
  const now = useNow();
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-3 sm:flex-nowrap">
      <span className="flex min-w-0 items-baseline gap-x-2 max-sm:basis-full max-sm:flex-wrap">
        <bdi dir="auto" className="truncate">
          {name}
        </bdi>
        <code className="whitespace-nowrap font-mono">{prefix}…</code>
      </span>
      <span className="tabular-nums sm:whitespace-nowrap">
        {lastUsedAt && <time dateTime={lastUsedAt.toISOString()}>{relativeTime(lastUsedAt, now)}</time>}
        {recentRequests > 0 && `, ${formatNumber(recentRequests)} in ~24 h`}
      </span>
    </li>
  );
}
