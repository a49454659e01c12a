"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, type RefObject, useRef } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { KeyIdentity } from "#components/api-keys/change/key-identity.tsx";
import { undoRemoval } from "#components/api-keys/change/undo-removal.ts";
import { UsageSummary } from "#components/api-keys/change/usage-summary.tsx";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { useNameConfirmation } from "#components/api-keys/change/use-name-confirmation.tsx";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { useNow } from "#components/ui/time.tsx";
import { deleteApiKeyAction } from "#lib/actions/api-keys.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";

/** Confirms the deletion of a key, which revokes an active one. */
export function DeleteKeyDialog({ apiKey, open, onClose, onEnded, finalFocus }: KeyDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  const live = isLiveKey(apiKey, useNow());
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent
        title={
          <>
            Delete "<bdi>{apiKey.name}</bdi>"?
          </>
        }
        description={
          live
            ? "The key is revoked and leaves your list. Requests using it will fail immediately. This can't be undone."
            : `The key leaves your list. Its history is kept.${apiKey.decoy ? " Its use is no longer reported." : ""}`
        }
        initialFocus={cancel}
        finalFocus={finalFocus}
      >
        <DeleteForm apiKey={apiKey} live={live} cancel={cancel} onEnded={onEnded} />
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}

type FormProps = Pick<KeyDialogProps, "apiKey" | "onEnded"> & {
  live: boolean;
  cancel: RefObject<HTMLButtonElement | null>;
};

function DeleteForm({ apiKey, live, cancel, onEnded }: FormProps) {
  const { confirm, field } = useNameConfirmation(apiKey);
  const { change, pending, error } = useKeyChange(onEnded);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (live && !confirm()) return;
    change(
      () => deleteApiKeyAction(apiKey.id),
      `${live ? "Revoked and removed" : "Removed"} "${apiKey.name}"`,
      ({ deletedAt }) => undoRemoval(deletedAt, `"${apiKey.name}" is back in the list. It stays revoked.`),
    );
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <KeyIdentity apiKey={apiKey} />
        {live && <UsageSummary apiKey={apiKey} />}
        {live && field}
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <AlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
        <Button type="submit" variant="danger" pending={pending}>
          {live ? "Revoke and delete" : "Delete key"}
        </Button>
      </DialogFooter>
    </form>
  );
}
