"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type RefObject, useRef } from "react";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { deleteApiKeyAction } from "#lib/actions/api-keys.ts";
import type { ApiKey } from "#lib/api-keys/key-columns.ts";

type Props = {
  apiKey: Pick<ApiKey, "id" | "name">;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Closes the dialog that shows the key. */
  onClose: () => void;
  keyField: RefObject<HTMLInputElement | null>;
};

/** Asks before a dialog closes whose key was not saved. Enter and Escape lead back to the key. */
export function UnsavedKeyQuestion({ apiKey, open, onOpenChange, onClose, keyField }: Props) {
  const back = useRef<HTMLButtonElement>(null);
  const { change, pending, error } = useKeyChange(onClose);
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialogContent
        title="You haven't saved this key"
        description="You won't be able to see it again. If you don't need it, delete it, so that nobody else can use it."
        width="medium"
        initialFocus={back}
        finalFocus={keyField}
      >
        <DialogBody>
          <FormAlert>{error}</FormAlert>
        </DialogBody>
        <DialogFooter>
          <Button
            variant="danger"
            pending={pending}
            onClick={() => change(() => deleteApiKeyAction(apiKey.id), `Revoked and removed "${apiKey.name}"`)}
          >
            Delete key
          </Button>
          <Button onClick={onClose}>Close without saving</Button>
          <AlertDialog.Close ref={back} render={<Button variant="primary">Back to key</Button>} />
        </DialogFooter>
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}
