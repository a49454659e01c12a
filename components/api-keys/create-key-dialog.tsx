"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog } from "@base-ui/react/dialog";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { CreateKeyForm } from "#components/api-keys/create-key-form.tsx";
import { SavedKey } from "#components/api-keys/saved-key.tsx";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";

/** The button and its dialog: first the form, then the key, shown this once. Nothing outside holds the key. */
export function CreateKeyDialog({ apiUrl }: { apiUrl: string }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [kept, setKept] = useState(false);
  const [asking, setAsking] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  const keyField = useRef<HTMLInputElement>(null);

  function close() {
    setOpen(false);
    setAsking(false);
    if (secret) router.refresh();
    setSecret(undefined);
    setKept(false);
  }
  /** Neither Escape nor a click outside loses the key: before it was copied, downloaded or tested, closing asks once. */
  function requestClose() {
    if (secret && !kept) setAsking(true);
    else close();
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? setOpen(true) : requestClose())}>
      <Dialog.Trigger
        render={
          <Button variant="primary">
            <Plus aria-hidden className="size-4" />
            Create New API Key
          </Button>
        }
      />
      <DialogContent
        title={secret ? "Save your API key" : "Create New API Key"}
        description={secret ? "You won't be able to see it again. Copy it now and keep it like a password." : undefined}
        width={secret ? "large" : "medium"}
        initialFocus={nameField}
      >
        {secret ? (
          <SavedKey
            secret={secret}
            apiUrl={apiUrl}
            field={keyField}
            onKept={() => setKept(true)}
            onDone={requestClose}
          />
        ) : (
          <CreateKeyForm nameField={nameField} onCreated={setSecret} />
        )}
        <AlertDialog.Root open={asking} onOpenChange={setAsking}>
          <AlertDialogContent
            title="Close without saving the key?"
            description="You have not copied, downloaded or tested it, and you won't be able to see it again."
            finalFocus={keyField}
          >
            <DialogBody>{null}</DialogBody>
            <DialogFooter>
              <Button variant="danger" onClick={close}>
                Close anyway
              </Button>
              <AlertDialog.Close render={<Button variant="primary">Go back</Button>} />
            </DialogFooter>
          </AlertDialogContent>
        </AlertDialog.Root>
      </DialogContent>
    </Dialog.Root>
  );
}
