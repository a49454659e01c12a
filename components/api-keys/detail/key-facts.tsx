import { TriangleAlert } from "lucide-react";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Link } from "#components/ui/link.tsx";
import { RowIcon, type RowIconName } from "#components/ui/row-icon.tsx";
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
  decoy: "Decoy",
};

const ENVIRONMENT_TONES: Record<ApiKeyEnvironment, Tone> = {
  production: "accent",
  staging: "warning",
  development: "neutral",
};
const ENVIRONMENT_DOTS: Record<ApiKeyEnvironment, string> = {
  production: "bg-accent",
  staging: "bg-warning",
  development: "bg-control",
};
const STATUS_LOOKS: Record<ApiKeyStatus, { tone: Tone; icon: RowIconName }> = {
  active: { tone: "success", icon: "circle-check" },
  disabled: { tone: "warning", icon: "circle-pause" },
  expired: { tone: "neutral", icon: "circle-slash" },
  revoked: { tone: "danger", icon: "ban" },
  decoy: { tone: "accent", icon: "siren" },
};

export function KeyName({ apiKey: { id, name } }: { apiKey: Pick<ApiKey, "id" | "name"> }) {
  return (
    <Link
      href={`/settings/developer/${id}`}
      className="min-w-0 truncate rounded font-medium underline-offset-3 hover:underline max-list:whitespace-normal max-list:break-words"
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
  const role = useRole(apiKey);
  return role && <Badge tone={role === "Old key" ? "warning" : "success"}>{role}</Badge>;
}

/** The same in a line of the list. */
export function RotationMark({ apiKey }: { apiKey: ListedApiKey }) {
  const role = useRole(apiKey);
  return role && <span className={role === "Old key" ? "text-warning-ink" : "text-success-ink"}>{role}</span>;
}

/** Marks a restricted key in a row of the list. A tooltip and screen readers get the summary. */
export function RestrictedMark({ apiKey: { restrictions } }: { apiKey: ListedApiKey }) {
  return (
    restrictions && (
      <span title={restrictions} className="text-muted">
        Restricted<span className="sr-only">: {restrictions}</span>
      </span>
    )
  );
}

function useRole(apiKey: ListedApiKey): "Old key" | "New key" | null {
  const now = useNow();
  if (isOldKey(apiKey, now)) return "Old key";
  return apiKey.replacesId && isLiveKey(apiKey, now) ? "New key" : null;
}

/**
 * Names the environment in a line of the list, where a badge would be louder than the key's name.
 */
export function EnvironmentMark({ environment }: { environment: ApiKeyEnvironment }) {
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap text-muted text-xs">
      <span aria-hidden className={`size-1.5 rounded-full forced-color-adjust-none ${ENVIRONMENT_DOTS[environment]}`} />
      <span className="list:max-lg:sr-only">{ENVIRONMENT_LABELS[environment]}</span>
    </span>
  );
}

export function EnvironmentBadge({ environment }: { environment: ApiKeyEnvironment }) {
  return <Badge tone={ENVIRONMENT_TONES[environment]}>{ENVIRONMENT_LABELS[environment]}</Badge>;
}

/** Shows a key as `gt_abcd…wxyz`, without its end if it is from before that was kept. */
export function KeyText({ apiKey: { prefix, lastFour } }: { apiKey: Pick<ApiKey, "prefix" | "lastFour"> }) {
  return (
    <code className="whitespace-nowrap font-mono text-muted">
      {prefix}…{lastFour}
    </code>
  );
}

export function LastUsed({ apiKey: { lastUsedAt } }: { apiKey: Pick<ApiKey, "lastUsedAt"> }) {
  return lastUsedAt ? <Time at={lastUsedAt} /> : <span className="text-muted">Never</span>;
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
export function Status({
  apiKey,
}: {
  apiKey: Pick<ApiKey, "expiresAt" | "revokedAt" | "revokesAt" | "disabledAt" | "decoy" | "leakedAt">;
}) {
  const now = useNow();
  const status = keyStatus(apiKey, now);
  const { tone, icon } = STATUS_LOOKS[status];
  const badge = (
    <span className="flex flex-wrap gap-1 max-list:justify-end">
      <Badge tone={tone}>
        <RowIcon name={icon} className="size-3" />
        {STATUS_LABELS[status]}
      </Badge>
      {apiKey.leakedAt && <Badge tone="danger">Leaked</Badge>}
    </span>
  );
  const end = apiKey.revokedAt ?? apiKey.revokesAt;
  if (!end) return badge;
  return (
    <span className="inline-flex flex-col items-start gap-0.5 max-list:items-end">
      {badge}
      <span className="text-muted text-xs">
        {end > now && "Ends "}
        <Time at={end} />
      </span>
    </span>
  );
}
