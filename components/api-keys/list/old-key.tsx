"use client";

import { useRef } from "react";
import { useOpenKeyDialog } from "#components/api-keys/change/key-dialog-provider.tsx";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/change/key-dialogs.ts";
import { formatNumber } from "#components/ui/number.ts";
import { DemandButton } from "#components/ui/on-demand.tsx";
import { Time } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/**
 * Says when a rotated key ends and who has called with it since its successor exists: ending it
 * breaks these programs.
 */
export function OldKey({ apiKey }: { apiKey: ListedApiKey }) {
  const { stillCalling, expiresAt, name } = apiKey;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-muted text-xs">
      <div className="min-w-0 max-w-full">
        {expiresAt && (
          <p>
            Ends {apiKey.endsOnUse && "24 hours after the new key is first used, at the latest "}
            <Time at={expiresAt} />
          </p>
        )}
        {stillCalling.length === 0 ? (
          <p>No requests with the old key since rotation.</p>
        ) : (
          <ul aria-label="Still calling with the old key">
            {stillCalling.map((caller) => (
              <Caller key={`${caller.addressPrefix} ${caller.userAgent}`} {...caller} />
            ))}
          </ul>
        )}
      </div>
      <div className="flex gap-1 noscript:hidden">
        {!apiKey.revokesAt && (
          <DialogButton dialog="extend" words="Extend" label={`Extend the old key of ${name}`} apiKey={apiKey} />
        )}
        <DialogButton dialog="endOld" words="End old key" label={`End old key of ${name}`} apiKey={apiKey} />
      </div>
    </div>
  );
}

function Caller({ addressPrefix, userAgent, program, requests, lastSeenAt }: ListedApiKey["stillCalling"][number]) {
  return (
    <li className="flex min-w-0 flex-wrap gap-x-1.5">
      <span>
        Still called from <span className="font-mono">{addressPrefix || "an unknown network"}</span>
      </span>{" "}
      {userAgent && (
        <span className="min-w-0 max-w-full truncate">
          by <bdi title={userAgent}>{program}</bdi>
        </span>
      )}{" "}
      <span className="tabular-nums">
        · {formatNumber(requests)} {requests === 1 ? "request" : "requests"} · <Time at={lastSeenAt} />
      </span>
    </li>
  );
}

type ButtonProps = { dialog: KeyDialog; words: string; label: string; apiKey: ListedApiKey };

function DialogButton({ dialog, words, label, apiKey }: ButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const openDialog = useOpenKeyDialog();
  return (
    <DemandButton
      ref={button}
      needs={KEY_DIALOGS[dialog]}
      size="small"
      aria-label={label}
      onClick={() => openDialog(dialog, apiKey, button)}
    >
      {words}
    </DemandButton>
  );
}
