"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, useRef } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { KeyIdentity } from "#components/api-keys/change/key-identity.tsx";
import { UsageSummary } from "#components/api-keys/change/usage-summary.tsx";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { disableApiKeyAction, enableApiKeyAction } from "#lib/actions/api-keys.ts";

const WORDS = {
  disable: {
    verb: "Disable",
    description: "Requests using this key will fail immediately, until you enable it again.",
    done: "Disabled",
    action: disableApiKeyAction,
  },
  enable: {
    verb: "Enable",
    description: "Requests using this key will succeed again immediately.",
    done: "Enabled",
    action: enableApiKeyAction,
  },
};

export function DisableKeyDialog(props: KeyDialogProps) {
  return <DisablingDialog {...props} kind="disable" />;
}

export function EnableKeyDialog(props: KeyDialogProps) {
  return <DisablingDialog {...props} kind="enable" />;
}

/** Confirms that a key is disabled or enabled. Both can be taken back, so it asks for no name. */
function DisablingDialog({ apiKey, open, onClose, finalFocus, kind }: KeyDialogProps & { kind: keyof typeof WORDS }) {
  const cancel = useRef<HTMLButtonElement>(null);
  const { change, pending, error } = useKeyChange(onClose);
  const { verb, description, done, action } = WORDS[kind];
  function submit(event: FormEvent) {
    event.preventDefault();
    change(() => action(apiKey.id), `${done} "${apiKey.name}"`);
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent
        title={
          <>
            {verb} "<bdi>{apiKey.name}</bdi>"?
          </>
        }
        description={description}
        initialFocus={cancel}
        finalFocus={finalFocus}
      >
        <form onSubmit={submit} className="contents">
          <DialogBody>
            <KeyIdentity apiKey={apiKey} />
            <UsageSummary apiKey={apiKey} />
            <FormAlert>{error}</FormAlert>
          </DialogBody>
          <DialogFooter>
            <AlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
            <Button type="submit" variant={kind === "disable" ? "danger" : "primary"} pending={pending}>
              {verb} key
            </Button>
          </DialogFooter>
        </form>
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}
