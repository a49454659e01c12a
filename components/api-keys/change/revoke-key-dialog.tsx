"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, type RefObject, useEffect, useRef } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { KeyIdentity } from "#components/api-keys/change/key-identity.tsx";
import { UsageSummary } from "#components/api-keys/change/usage-summary.tsx";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { useNameConfirmation } from "#components/api-keys/change/use-name-confirmation.tsx";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { reportLeakedApiKeyAction, revokeApiKeyAction } from "#lib/actions/api-keys.ts";

const WORDS = {
  revoke: {
    title: "Revoke",
    as: "",
    description: "Requests using this key will fail immediately. This can't be undone.",
    button: "Revoke key",
    done: "Revoked",
    action: revokeApiKeyAction,
  },
  endOld: {
    title: "End old key",
    as: "",
    description:
      "Requests using the old key will fail immediately, and the new key keeps working. This can't be undone.",
    button: "End old key",
    done: "Ended the old key",
    action: revokeApiKeyAction,
  },
  leaked: {
    title: "Report",
    as: " as leaked",
    description:
      "The key is revoked and marked as leaked. Requests using it will fail immediately. This can't be undone.",
    button: "Report as leaked",
    done: "Reported as leaked:",
    action: reportLeakedApiKeyAction,
  },
};
type Kind = keyof typeof WORDS;

export function RevokeKeyDialog(props: KeyDialogProps) {
  return <EndKeyDialog {...props} kind="revoke" />;
}

/** Confirms a report that the user's own key leaked, which revokes it. */
export function ReportLeakedDialog(props: KeyDialogProps) {
  return <EndKeyDialog {...props} kind="leaked" />;
}

/** Confirms that the old key of a rotation is revoked before its time. */
export function EndOldKeyDialog(props: KeyDialogProps) {
  return <EndKeyDialog {...props} kind="endOld" />;
}

function EndKeyDialog({ apiKey, open, onClose, onEnded, finalFocus, kind }: KeyDialogProps & { kind: Kind }) {
  const cancel = useRef<HTMLButtonElement>(null);
  const { title, as, description } = WORDS[kind];
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent
        title={
          <>
            {title} "<bdi>{apiKey.name}</bdi>"{as}?
          </>
        }
        description={description}
        initialFocus={cancel}
        finalFocus={finalFocus}
      >
        <EndForm apiKey={apiKey} cancel={cancel} onEnded={onEnded} kind={kind} />
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}

type FormProps = Pick<KeyDialogProps, "apiKey" | "onEnded"> & {
  cancel: RefObject<HTMLButtonElement | null>;
  kind: Kind;
};

function EndForm({ apiKey, cancel, onEnded, kind }: FormProps) {
  const { confirm, field } = useNameConfirmation(apiKey);
  const { change, pending, error, final } = useKeyChange(onEnded);
  useEffect(() => {
    // A disabled button loses the focus.
    if (final) cancel.current?.focus();
  }, [final, cancel]);
  const { button, done, action } = WORDS[kind];
  function submit(event: FormEvent) {
    event.preventDefault();
    if (confirm()) change(() => action(apiKey.id), `${done} "${apiKey.name}"`);
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <KeyIdentity apiKey={apiKey} />
        <UsageSummary apiKey={apiKey} />
        {field}
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <AlertDialog.Close ref={cancel} render={<Button>{final ? "Close" : "Cancel"}</Button>} />
        <Button type="submit" variant="danger" pending={pending} disabled={final}>
          {button}
        </Button>
      </DialogFooter>
    </form>
  );
}
