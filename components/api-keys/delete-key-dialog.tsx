"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRef } from "react";
import { focusOnList } from "#components/api-keys/focus-on-list.ts";
import { Evidence } from "#components/api-keys/revoke-key-dialog.tsx";
import { useKeyChange } from "#components/api-keys/use-key-change.ts";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { useNow } from "#components/ui/time.tsx";
import { deleteApiKeyAction } from "#lib/actions/api-keys.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { keyStatus } from "#lib/api-keys/status.ts";

type Props = { apiKey: ListedApiKey; open: boolean; onClose: () => void };

/** Deleting an active key revokes it, and the dialog says so. */
export function DeleteKeyDialog({ apiKey, open, onClose }: Props) {
  const cancel = useRef<HTMLButtonElement>(null);
  const now = useNow();
  const active = keyStatus(apiKey, now) === "active";
  const { change, pending, error } = useKeyChange(onClose);
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
            ? "The key is revoked and leaves your list. Requests using it will start failing at once. This can't be undone."
            : "The key leaves your list. It stays refused, and its history is kept."
        }
        initialFocus={cancel}
        finalFocus={focusOnList}
      >
        <DialogBody>
          {active && <Evidence apiKey={apiKey} now={now} />}
          <FormAlert>{error}</FormAlert>
        </DialogBody>
        <DialogFooter>
          <AlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
          <Button
            variant="danger"
            pending={pending}
            onClick={() => change(() => deleteApiKeyAction(apiKey.id), "Key deleted")}
          >
            {active ? "Revoke and delete" : "Delete key"}
          </Button>
        </DialogFooter>
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}
