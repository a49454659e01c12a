"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, type RefObject, useState } from "react";
import { NO_ROOM } from "#components/api-keys/create/no-room.tsx";
import { ENVIRONMENT_LABELS } from "#components/api-keys/detail/key-facts.tsx";
import type { Make } from "#components/api-keys/save/secret-dialog.tsx";
import { failureWords } from "#components/frame/action-failure.tsx";
import { failureProblems, type Problems } from "#components/frame/form-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { SegmentedControl } from "#components/ui/segmented-control.tsx";
import { createDecoyAction } from "#lib/actions/api-keys.ts";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";
import { createDecoyInput } from "#lib/api-keys/model/schema.ts";

const PROBLEMS = {
  ...NO_ROOM,
  invalid: { form: "Something in the form is not valid." },
  session_over: { form: "You've been signed out. Sign in to continue." },
  // A decoy has neither an expiry nor permissions.
  expiry_out_of_range: {},
  unknown_scope: {},
};

type Props = { nameField: RefObject<HTMLInputElement | null>; making: Make };

export function DecoyForm({ nameField, making: { pending, make } }: Props) {
  const [problems, setProblems] = useState<Problems>({});
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const parsed = createDecoyInput.safeParse(Object.fromEntries(new FormData(event.currentTarget)));
    if (!parsed.success) {
      nameField.current?.focus();
      return setProblems({ name: parsed.error.issues[0]?.message });
    }
    setProblems({});
    make(async () => {
      try {
        const created = await createDecoyAction(parsed.data);
        if (created.ok) return created.value;
        setProblems(failureProblems(created, PROBLEMS));
      } catch (error) {
        setProblems({ form: failureWords(error) });
      }
    });
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <TextField
          ref={nameField}
          name="name"
          label="Name"
          placeholder="e.g. Decoy in the old repository"
          hint="Describe where you'll put it."
          error={problems.name}
          autoComplete="off"
          dir="auto"
          required
        />
        <SegmentedControl
          name="environment"
          label="Environment"
          options={ENVIRONMENTS.map((value) => ({ value, label: ENVIRONMENT_LABELS[value] }))}
          defaultValue="production"
        />
        <FormAlert>{problems.form}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <Dialog.Close disabled={pending} render={<Button>Cancel</Button>} />
        <Button type="submit" variant="primary" pending={pending}>
          Create decoy
        </Button>
      </DialogFooter>
    </form>
  );
}
