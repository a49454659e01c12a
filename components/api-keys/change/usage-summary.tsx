import { Notice } from "#components/ui/notice.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { exactTime, relativeTime, useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { programName } from "#lib/usage/model/program-name.ts";

/** Shows what the user wrote about the key, and its recent use, before it is ended. */
export function UsageSummary({ apiKey }: { apiKey: ListedApiKey }) {
  return (
    <>
      <RecentUse apiKey={apiKey} />
      {apiKey.note && (
        <p className="break-words">
          <span className="text-muted">Note: </span>
          <bdi dir="auto" className="whitespace-pre-line">
            {apiKey.note}
          </bdi>
        </p>
      )}
    </>
  );
}

/**
 * Shows when, from where and how much a key was used, which the user needs to know before breaking
 * it.
 */
function RecentUse({ apiKey }: { apiKey: ListedApiKey }) {
  const now = useNow();
  const { lastUsedAt, lastUsedAddress, lastUsedAgent, recentRequests } = apiKey;
  if (!lastUsedAt) return <Notice>This key has never been used.</Notice>;
  return (
    <Notice tone="warning">
      Last used <time dateTime={lastUsedAt.toISOString()}>{relativeTime(lastUsedAt, now)}</time>
      {lastUsedAddress && (
        <>
          {" "}
          from <span className="wrap-anywhere font-mono">{lastUsedAddress}</span>
        </>
      )}
      {lastUsedAgent && (
        <>
          {" "}
          by{" "}
          <bdi title={lastUsedAgent} className="break-words">
            {programName(lastUsedAgent)}
          </bdi>
        </>
      )}
      .{" "}
      {recentRequests > 0 && (
        <>
          {formatNumber(recentRequests)} {recentRequests === 1 ? "request" : "requests"} in about the last 24 hours.{" "}
        </>
      )}
      <span className="block text-xs">{exactTime(lastUsedAt)}</span>
    </Notice>
  );
}
