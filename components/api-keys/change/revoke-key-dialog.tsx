"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, type RefObject, useEffect, useRef } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { UsageSummary } from "#components/api-keys/change/usage-summary.tsx";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { useNameConfirmation } from "#components/api-keys/change/use-name-confirmation.tsx";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { revokeApiKeyAction } from "#lib/actions/api-keys.ts";

export function RevokeKeyDialog({ apiKey, open, onClose, onEnded, finalFocus }: KeyDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent
        title={
          <>
            Revoke "<bdi>{apiKey.name}</bdi>"?
          </>
        }
        description="Requests using this key will fail immediately. This can't be undone."
        initialFocus={cancel}
        finalFocus={finalFocus}
      >
        <RevokeForm apiKey={apiKey} cancel={cancel} onEnded={onEnded} />
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}

type FormProps = Pick<KeyDialogProps, "apiKey" | "onEnded"> & { cancel: RefObject<HTMLButtonElement | null> };

function RevokeForm({ apiKey, cancel, onEnded }: FormProps) {
  const { confirm, field } = useNameConfirmation(apiKey);
  const { change, pending, error, final } = useKeyChange(onEnded);
  useEffect(() => {
    // A disabled button loses the focus.
    if (final) cancel.current?.focus();
  }, [final, cancel]);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (confirm()) change(() => revokeApiKeyAction(apiKey.id), "Key revoked");
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <UsageSummary apiKey={apiKey} />
        {field}
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <AlertDialog.Close ref={cancel} render={<Button>{final ? "Close" : "Cancel"}</Button>} />
        <Button type="submit" variant="danger" pending={pending} disabled={final}>
          Revoke key
        </Button>
      </DialogFooter>
    </form>
  );
}
