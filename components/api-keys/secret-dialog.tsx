"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog } from "@base-ui/react/dialog";
import { type ComponentProps, type ReactNode, type RefObject, useRef, useState } from "react";
import { useApiAddress } from "#components/api-keys/api-address.tsx";
import { SavedKey } from "#components/api-keys/saved-key.tsx";
import { useSafeRefresh } from "#components/api-keys/use-safe-refresh.ts";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";

type Props = {
  title: ReactNode;
  description?: ReactNode;
  open: boolean;
  onClose: () => void;
  initialFocus: RefObject<HTMLElement | null>;
  finalFocus?: ComponentProps<typeof DialogContent>["finalFocus"];
  /** The form that makes the key; the note says what a test request with it brings about. */
  children: (onCreated: (secret: string, testNote?: string) => void) => ReactNode;
};

/** First a form, then the key that it made, shown this once. Nothing outside holds the key. */
export function SecretDialog({ title, description, open, onClose, initialFocus, finalFocus, children }: Props) {
  const refresh = useSafeRefresh();
  const apiUrl = useApiAddress();
  const [secret, setSecret] = useState<string>();
  const [testNote, setTestNote] = useState<string>();
  const [kept, setKept] = useState(false);
  const [asking, setAsking] = useState(false);
  const keyField = useRef<HTMLInputElement>(null);

  function close() {
    setAsking(false);
    onClose();
    if (secret) void refresh();
    setSecret(undefined);
    setKept(false);
  }
  /** Neither Escape nor a click outside loses the key: before it was copied, downloaded or tested, closing asks once. */
  function requestClose() {
    if (secret && !kept) setAsking(true);
    else close();
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && requestClose()}>
      <DialogContent
        title={secret ? "Save your API key" : title}
        description={
          secret ? "You won't be able to see it again. Copy it now and keep it like a password." : description
        }
        width={secret ? "large" : "medium"}
        initialFocus={initialFocus}
        finalFocus={finalFocus}
      >
        {secret ? (
          <SavedKey
            secret={secret}
            apiUrl={apiUrl}
            testNote={testNote}
            field={keyField}
            onKept={() => setKept(true)}
            onDone={requestClose}
          />
        ) : (
          children((made, note) => {
            setSecret(made);
            setTestNote(note);
          })
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
