"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, type RefObject, useRef, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { takeDraft } from "#components/frame/draft.ts";
import { showProblems } from "#components/frame/show-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { noteApiKeyAction } from "#lib/actions/api-keys.ts";
import { apiKeyNote, NOTE_MAX } from "#lib/api-keys/model/schema.ts";

export function NoteDialog({ apiKey, open, onClose, finalFocus }: KeyDialogProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={
          <>
            Note on "<bdi>{apiKey.name}</bdi>"
          </>
        }
        width="small"
        initialFocus={field}
        finalFocus={finalFocus}
      >
        <NoteForm apiKey={apiKey} field={field} onClose={onClose} />
      </DialogContent>
    </Dialog.Root>
  );
}

type FormProps = Pick<KeyDialogProps, "apiKey" | "onClose"> & { field: RefObject<HTMLTextAreaElement | null> };

function NoteForm({ apiKey, field, onClose }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const formName = `note-${apiKey.id}`;
  const [note, setNote] = useState(() => takeDraft(formName).note ?? apiKey.note);
  const [invalid, setInvalid] = useState<string>();
  const { change, pending, error } = useKeyChange(onClose, form);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const parsed = apiKeyNote.safeParse(note);
    if (!parsed.success) return showProblems(event.currentTarget, () => setInvalid(parsed.error.issues[0]?.message));
    change(() => noteApiKeyAction({ id: apiKey.id, note: parsed.data }), `Note on "${apiKey.name}" saved`);
  }
  return (
    <form ref={form} name={formName} onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <Field
          label="Note"
          hint={`Where the key is stored, or who uses it. Never the key itself. Up to ${NOTE_MAX} characters.`}
          error={invalid ?? error}
        >
          {(tie) => (
            <textarea
              {...tie}
              ref={field}
              name="note"
              value={note}
              onChange={(event) => {
                setNote(event.currentTarget.value);
                setInvalid(undefined);
              }}
              rows={4}
              dir="auto"
              className={`${INPUT_CLASS} h-auto py-2`}
            />
          )}
        </Field>
      </DialogBody>
      <DialogFooter>
        <Dialog.Close render={<Button>Cancel</Button>} />
        <Button type="submit" variant="primary" pending={pending}>
          Save note
        </Button>
      </DialogFooter>
    </form>
  );
}
