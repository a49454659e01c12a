import { Ban, CircleCheck, CirclePause, CircleSlash, type LucideIcon, TriangleAlert } from "lucide-react";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Link } from "#components/ui/link.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { Time, useNow } from "#components/ui/time.tsx";
import type { ApiKey } from "#lib/api-keys/key-columns.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import type { ApiKeyEnvironment } from "#lib/api-keys/model/environment.ts";
import { isExpiringSoon } from "#lib/api-keys/model/expires-soon.ts";
import { type ApiKeyStatus, isLiveKey, keyStatus } from "#lib/api-keys/model/status.ts";

export const ENVIRONMENT_LABELS: Record<ApiKeyEnvironment, string> = {
  production: "Production",
  staging: "Staging",
  development: "Development",
};
export const STATUS_LABELS: Record<ApiKeyStatus, string> = {
  active: "Active",
  disabled: "Disabled",
  expired: "Expired",
  revoked: "Revoked",
};

const ENVIRONMENT_TONES: Record<ApiKeyEnvironment, Tone> = {
  production: "accent",
  staging: "warning",
  development: "neutral",
};
const STATUS_LOOKS: Record<ApiKeyStatus, { tone: Tone; Icon: LucideIcon }> = {
  active: { tone: "success", Icon: CircleCheck },
  disabled: { tone: "warning", Icon: CirclePause },
  expired: { tone: "neutral", Icon: CircleSlash },
  revoked: { tone: "danger", Icon: Ban },
};

export function KeyName({ apiKey: { id, name } }: { apiKey: Pick<ApiKey, "id" | "name"> }) {
  return (
    <Link
      href={`/settings/developer/${id}`}
      className="min-w-0 truncate rounded font-medium underline-offset-3 hover:underline"
    >
      <bdi dir="auto" title={name}>
        {name}
      </bdi>
    </Link>
  );
}

/** Tells whether the key was rotated and is still live. */
export function isOldKey(apiKey: ListedApiKey, now: Date): boolean {
  return apiKey.successorId !== null && isLiveKey(apiKey, now);
}

/** Tells the two keys of a rotation apart while both are live. */
export function RotationBadge({ apiKey }: { apiKey: ListedApiKey }) {
  const now = useNow();
  if (isOldKey(apiKey, now)) return <Badge tone="warning">Old key</Badge>;
  if (apiKey.replacesId && isLiveKey(apiKey, now)) return <Badge tone="success">New key</Badge>;
  return null;
}

export function EnvironmentBadge({ environment }: { environment: ApiKeyEnvironment }) {
  return <Badge tone={ENVIRONMENT_TONES[environment]}>{ENVIRONMENT_LABELS[environment]}</Badge>;
}

export function KeyPrefix({ prefix }: { prefix: string }) {
  return <code className="whitespace-nowrap font-mono text-[0.8125rem] text-muted">{prefix}…</code>;
}

export function LastUsed({ apiKey }: { apiKey: Pick<ListedApiKey, "lastUsedAt" | "recentRequests"> }) {
  const { lastUsedAt, recentRequests } = apiKey;
  return (
    <span className="flex flex-col gap-0.5">
      {lastUsedAt ? <Time at={lastUsedAt} /> : <span className="text-muted">Never</span>}
      {recentRequests > 0 && (
        <span className="text-muted text-xs tabular-nums">
          {formatNumber(recentRequests)} in ~24 h<span className="sr-only"> (requests)</span>
        </span>
      )}
    </span>
  );
}

export function Expires({
  apiKey,
}: {
  apiKey: Pick<ListedApiKey, "createdAt" | "expiresAt" | "revokedAt" | "endsOnUse" | "successorId">;
}) {
  const now = useNow();
  const { expiresAt, revokedAt, endsOnUse, successorId } = apiKey;
  if (endsOnUse && successorId && expiresAt && expiresAt > now)
    return (
      <span>
        <span className="block">24 hours after the new key is first used</span>
        <span className="block text-muted text-xs">
          or <Time at={expiresAt} />
        </span>
      </span>
    );
  if (!expiresAt) return <span className="text-muted">Never</span>;
  const soon = !revokedAt && expiresAt > now && isExpiringSoon(apiKey, now);
  if (!soon) return <Time at={expiresAt} />;
  return (
    <span className="inline-flex items-center gap-1.5 text-warning-ink">
      <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
      <span className="sr-only">Expires soon:</span>
      <Time at={expiresAt} />
    </span>
  );
}

/** Shows the status by color, icon and word, so that no user depends on color. */
export function Status({ apiKey }: { apiKey: Pick<ApiKey, "expiresAt" | "revokedAt" | "disabledAt"> }) {
  const now = useNow();
  const status = keyStatus(apiKey, now);
  const { tone, Icon } = STATUS_LOOKS[status];
  const badge = (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3" />
      {STATUS_LABELS[status]}
    </Badge>
  );
  if (!apiKey.revokedAt) return badge;
  return (
    <span className="inline-flex flex-col items-start gap-0.5 max-lg:items-end">
      {badge}
      <span className="text-muted text-xs">
        <Time at={apiKey.revokedAt} />
      </span>
    </span>
  );
}
