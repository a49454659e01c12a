"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, type RefObject, useRef, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { choiceOfDuration, choiceOfEnd, readChoice, sentExpiry } from "#components/api-keys/expiry/expiry-choice.ts";
import { ExpiryField } from "#components/api-keys/expiry/expiry-field.tsx";
import { useLimit } from "#components/api-keys/expiry/lifetime.ts";
import { showProblems } from "#components/frame/show-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { exactTime, useNow } from "#components/ui/time.tsx";
import { changeExpiryAction } from "#lib/actions/api-keys.ts";

export function EditExpiryDialog({ apiKey, open, onClose, finalFocus }: KeyDialogProps) {
  const field = useRef<HTMLSelectElement>(null);
  const { expiresAt } = apiKey;
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={
          <>
            Edit expiry of "<bdi>{apiKey.name}</bdi>"
          </>
        }
        description={expiresAt ? `It expires on ${exactTime(expiresAt)}.` : "It never expires."}
        width="small"
        initialFocus={field}
        finalFocus={finalFocus}
      >
        <ExpiryForm apiKey={apiKey} field={field} onClose={onClose} />
      </DialogContent>
    </Dialog.Root>
  );
}

type FormProps = Pick<KeyDialogProps, "apiKey" | "onClose"> & { field: RefObject<HTMLSelectElement | null> };

function ExpiryForm({ apiKey, field, onClose }: FormProps) {
  const now = useNow();
  const limit = useLimit(apiKey.createdAt);
  const [before] = useState(() => choiceOfEnd(apiKey.expiresAt));
  const [choice, setChoice] = useState(() => (before.option === "never" ? choiceOfDuration(null, limit, now) : before));
  const [problem, setProblem] = useState<string>();
  const { change, pending, error } = useKeyChange(onClose);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    // An unchanged day must not move an end within it to the end of the day.
    if (choice.option === before.option && choice.date === before.date) return onClose();
    const expiry = readChoice(choice, now, limit);
    if ("problem" in expiry) return showProblems(event.currentTarget, () => setProblem(expiry.problem));
    if (expiry.type === "same") return;
    change(
      () => changeExpiryAction({ id: apiKey.id, expiry: sentExpiry(expiry) }),
      `Changed the expiry of "${apiKey.name}"`,
    );
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <ExpiryField
          label="Expires"
          choice={choice}
          onChange={(next) => {
            setChoice(next);
            setProblem(undefined);
          }}
          limit={limit}
          error={problem}
          field={field}
        />
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <Dialog.Close render={<Button>Cancel</Button>} />
        <Button type="submit" variant="primary" pending={pending}>
          Save expiry
        </Button>
      </DialogFooter>
    </form>
  );
}
