"use client";

import { type RefObject, useState } from "react";
import { EnvironmentBadge, KeyText, STATUS_LABELS } from "#components/api-keys/detail/key-facts.tsx";
import { NOT_SENT } from "#components/api-keys/list/key-guard.ts";
import type { KeyLookup } from "#components/api-keys/list/use-key-lookup.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { DemandButton, onDemand } from "#components/ui/on-demand.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import { Time, useNow } from "#components/ui/time.tsx";
import type { FoundApiKey } from "#lib/api-keys/list.ts";
import { isLiveKey, keyStatus } from "#lib/api-keys/model/status.ts";

const RevokeKeyDialog = onDemand(() =>
  import("#components/api-keys/change/revoke-key-dialog.tsx").then((module) => module.RevokeKeyDialog),
);

const ReportLeakedDialog = onDemand(() =>
  import("#components/api-keys/change/revoke-key-dialog.tsx").then((module) => module.ReportLeakedDialog),
);

const MATCHED = "Matched by hash in your browser.";

type Props = {
  onRevoked: () => void;
  /** Takes the focus when the key was revoked and its card is gone. */
  searchField: RefObject<HTMLElement | null>;
};

export function FoundKey({ lookup, onRevoked, searchField }: Props & { lookup: KeyLookup }) {
  if (lookup === "pending")
    return (
      <p className="flex items-center gap-2 text-muted">
        <Spinner /> Matching the key by its hash…
      </p>
    );
  if (lookup === "malformed")
    return (
      <Notice tone="warning">
        This looks like an API key, but a character is missing or wrong. {NOT_SENT} You can search by the first 7
        characters.
      </Notice>
    );
  if ("failure" in lookup)
    return (
      <Notice tone="danger">
        {lookup.failure} {NOT_SENT}
      </Notice>
    );
  if (!lookup.found)
    return (
      <Notice tone="warning">
        No key in your account matches. {MATCHED} {NOT_SENT}
      </Notice>
    );
  return <Card apiKey={lookup.found} onRevoked={onRevoked} searchField={searchField} />;
}

function Card({ apiKey, onRevoked, searchField }: Props & { apiKey: FoundApiKey }) {
  const now = useNow();
  const [open, setOpen] = useState<"revoke" | "report">();
  const dialog = {
    apiKey,
    onClose: () => setOpen(undefined),
    onEnded: onRevoked,
    finalFocus: () => searchField.current,
  };
  const status = keyStatus(apiKey, now);
  return (
    <section
      aria-label="The key you pasted"
      className="flex flex-wrap items-center justify-between gap-3 rounded-xl border border-line bg-surface px-4 py-3"
    >
      <div className="min-w-0">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span>This is</span>
          <bdi className="min-w-0 break-words font-medium">{apiKey.name}</bdi>
          <KeyText apiKey={apiKey} />
          <EnvironmentBadge environment={apiKey.environment} />
        </p>
        <p className="mt-1 text-[0.8125rem] text-muted">
          {apiKey.deletedAt ? "Deleted" : STATUS_LABELS[status]}, created <Time at={apiKey.createdAt} />. {MATCHED}{" "}
          {NOT_SENT}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Link href={`/settings/developer/${apiKey.id}`} className={buttonClass({ size: "small" })}>
          Details
        </Link>
        {isLiveKey(apiKey, now) && (
          <DemandButton needs={RevokeKeyDialog} size="small" variant="danger" onClick={() => setOpen("revoke")}>
            Revoke it
          </DemandButton>
        )}
        {!apiKey.leakedAt && !apiKey.deletedAt && !apiKey.decoy && (
          <DemandButton needs={ReportLeakedDialog} size="small" onClick={() => setOpen("report")}>
            Report as leaked
          </DemandButton>
        )}
      </div>
      <RevokeKeyDialog {...dialog} open={open === "revoke"} />
      <ReportLeakedDialog {...dialog} open={open === "report"} />
    </section>
  );
}
