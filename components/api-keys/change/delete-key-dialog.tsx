"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, type RefObject, useRef } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { undoRemoval } from "#components/api-keys/change/undo-removal.ts";
import { UsageSummary } from "#components/api-keys/change/usage-summary.tsx";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { useNameConfirmation } from "#components/api-keys/change/use-name-confirmation.tsx";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { useNow } from "#components/ui/time.tsx";
import { deleteApiKeyAction } from "#lib/actions/api-keys.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";

/** Confirms the deletion of a key, which revokes an active one. */
export function DeleteKeyDialog({ apiKey, open, onClose, onEnded, finalFocus }: KeyDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  const active = keyStatus(apiKey, useNow()) === "active";
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent
        title={
          <>
            Delete "<bdi>{apiKey.name}</bdi>"?
          </>
        }
        description={
          active
            ? "The key is revoked and leaves your list. Requests using it will fail immediately. This can't be undone."
            : "The key leaves your list. Its history is kept."
        }
        initialFocus={cancel}
        finalFocus={finalFocus}
      >
        <DeleteForm apiKey={apiKey} active={active} cancel={cancel} onEnded={onEnded} />
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}

type FormProps = Pick<KeyDialogProps, "apiKey" | "onEnded"> & {
  active: boolean;
  cancel: RefObject<HTMLButtonElement | null>;
};

function DeleteForm({ apiKey, active, cancel, onEnded }: FormProps) {
  const { confirm, field } = useNameConfirmation(apiKey);
  const { change, pending, error } = useKeyChange(onEnded);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (active && !confirm()) return;
    change(
      () => deleteApiKeyAction(apiKey.id),
      `${active ? "Revoked and removed" : "Removed"} "${apiKey.name}"`,
      ({ deletedAt }) => undoRemoval(deletedAt, `"${apiKey.name}" is back in the list. It stays revoked.`),
    );
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        {active && <UsageSummary apiKey={apiKey} />}
        {active && field}
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <AlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
        <Button type="submit" variant="danger" pending={pending}>
          {active ? "Revoke and delete" : "Delete key"}
        </Button>
      </DialogFooter>
    </form>
  );
}
