import { formatNumber } from "#components/ui/number.ts";
import { Time } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/**
 * Lists who has called with a rotated key since its successor exists: finishing the rotation breaks
 * these programs.
 */
export function OldKeyCallers({ apiKey: { stillCalling } }: { apiKey: Pick<ListedApiKey, "stillCalling"> }) {
  if (stillCalling.length === 0)
    return <p className="text-muted text-xs">Nobody has called with the old key since it was rotated.</p>;
  return (
    <div className="text-muted text-xs">
      <p className="sr-only">Still calling with the old key:</p>
      <ul>
        {stillCalling.map(({ addressPrefix, userAgent, requests, lastSeenAt }) => (
          <li key={`${addressPrefix} ${userAgent}`} className="flex min-w-0 flex-wrap gap-x-1.5">
            <span>
              Still called from <span className="font-mono">{addressPrefix || "an unknown network"}</span>
            </span>{" "}
            {userAgent && (
              <span className="min-w-0 max-w-full truncate">
                by <bdi className="font-mono">{userAgent}</bdi>
              </span>
            )}{" "}
            <span className="tabular-nums">
              · {formatNumber(requests)} {requests === 1 ? "request" : "requests"} · <Time at={lastSeenAt} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
