"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, useRef, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { takeDraft } from "#components/frame/draft.ts";
import { showProblems } from "#components/frame/show-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";
import { renameApiKeyAction } from "#lib/actions/api-keys.ts";
import { apiKeyName } from "#lib/api-keys/model/schema.ts";

export function RenameKeyDialog({ apiKey, open, onClose, finalFocus }: KeyDialogProps) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={
          <>
            Rename "<bdi>{apiKey.name}</bdi>"
          </>
        }
        width="small"
        initialFocus={field}
        finalFocus={finalFocus}
      >
        <RenameForm apiKey={apiKey} field={field} onClose={onClose} />
      </DialogContent>
    </Dialog.Root>
  );
}

type FormProps = Pick<KeyDialogProps, "apiKey" | "onClose"> & { field: React.RefObject<HTMLInputElement | null> };

function RenameForm({ apiKey, field, onClose }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const formName = `rename-${apiKey.id}`;
  const [name, setName] = useState(() => takeDraft(formName).name ?? apiKey.name);
  const [invalid, setInvalid] = useState<string>();
  const { change, pending, error } = useKeyChange(onClose, form);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const parsed = apiKeyName.safeParse(name);
    if (!parsed.success) return showProblems(event.currentTarget, () => setInvalid(parsed.error.issues[0]?.message));
    change(
      () => renameApiKeyAction({ id: apiKey.id, name: parsed.data }),
      `"${apiKey.name}" renamed to "${parsed.data}"`,
    );
  }
  return (
    <form ref={form} name={formName} onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <TextField
          ref={field}
          label="Name"
          name="name"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setInvalid(undefined);
          }}
          error={invalid ?? error}
          autoComplete="off"
          dir="auto"
        />
      </DialogBody>
      <DialogFooter>
        <Dialog.Close render={<Button>Cancel</Button>} />
        <Button type="submit" variant="primary" pending={pending}>
          Save name
        </Button>
      </DialogFooter>
    </form>
  );
}
