"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, useRef, useState } from "react";
import { focusOnList } from "#components/api-keys/focus-on-list.ts";
import { useKeyChange } from "#components/api-keys/use-key-change.ts";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { exactTime, relativeTime, useNow } from "#components/ui/time.tsx";
import { revokeApiKeyAction } from "#lib/actions/api-keys.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

const RECENT_MS = 3_600_000;

type Props = {
  apiKey: ListedApiKey;
  open: boolean;
  onClose: () => void;
  /** In the place of `onClose`, where a revoked key is not shown any more. */
  onRevoked?: () => void;
};

export function RevokeKeyDialog({ apiKey, open, onClose, onRevoked = onClose }: Props) {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent
        title={
          <>
            Revoke "<bdi>{apiKey.name}</bdi>"?
          </>
        }
        description="Requests using this key will start failing at once. This can't be undone."
        initialFocus={cancel}
        finalFocus={focusOnList}
      >
        <RevokeForm apiKey={apiKey} cancel={cancel} onRevoked={onRevoked} />
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}

type FormProps = {
  apiKey: ListedApiKey;
  cancel: React.RefObject<HTMLButtonElement | null>;
  onRevoked: () => void;
};

function RevokeForm({ apiKey, cancel, onRevoked }: FormProps) {
  const now = useNow();
  const [typed, setTyped] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const { change, pending, error } = useKeyChange(onRevoked);
  const inUse = apiKey.lastUsedAt !== null && now.getTime() - apiKey.lastUsedAt.getTime() < RECENT_MS;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (inUse && typed.normalize("NFC").trim() !== apiKey.name) return setMismatch(true);
    change(() => revokeApiKeyAction(apiKey.id), "Key revoked");
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <Evidence apiKey={apiKey} now={now} />
        {inUse && (
          <TextField
            label="Type the key's name to confirm"
            hint={
              <>
                It is in use. Its name is <bdi className="font-medium text-ink">{apiKey.name}</bdi>
              </>
            }
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setMismatch(false);
            }}
            error={mismatch && "This is not the key's name."}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <AlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
        <Button type="submit" variant="danger" pending={pending}>
          Revoke key
        </Button>
      </DialogFooter>
    </form>
  );
}

/** When, from where and how much it was used: what somebody needs to know before breaking it. */
export function Evidence({ apiKey, now }: { apiKey: ListedApiKey; now: Date }) {
  const { lastUsedAt, lastUsedAddress, lastUsedAgent, recentRequests } = apiKey;
  if (!lastUsedAt) return <Notice>This key has never been used.</Notice>;
  return (
    <Notice tone="warning">
      Last used <time dateTime={lastUsedAt.toISOString()}>{relativeTime(lastUsedAt, now)}</time>
      {lastUsedAddress && (
        <>
          {" "}
          from <span className="whitespace-nowrap font-mono">{lastUsedAddress}</span>
        </>
      )}
      {lastUsedAgent && (
        <>
          {" "}
          by <bdi className="break-words font-mono">{lastUsedAgent}</bdi>
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
