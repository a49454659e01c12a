"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, useRef, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { LoadedRestrictionFields } from "#components/api-keys/restrictions/loaded-restriction-fields.tsx";
import { readDraft } from "#components/api-keys/restrictions/read-draft.ts";
import { draftOf, restoredDraft } from "#components/api-keys/restrictions/restriction-draft.ts";
import { takeDraft } from "#components/frame/draft.ts";
import type { Problems } from "#components/frame/form-problems.ts";
import { showProblems } from "#components/frame/show-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { changeRestrictionsAction } from "#lib/actions/api-keys.ts";
import { restrictionsOf } from "#lib/api-keys/model/restrictions.ts";

export function EditRestrictionsDialog({ apiKey, open, onClose, finalFocus }: KeyDialogProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={
          <>
            Edit permissions of "<bdi>{apiKey.name}</bdi>"
          </>
        }
        description="Changes take effect as soon as you save them."
        finalFocus={finalFocus}
      >
        <RestrictionsForm apiKey={apiKey} onClose={onClose} />
      </DialogContent>
    </Dialog.Root>
  );
}

function RestrictionsForm({ apiKey, onClose }: Pick<KeyDialogProps, "apiKey" | "onClose">) {
  // The list may be read again meanwhile.
  const [seen] = useState(() => restrictionsOf(apiKey));
  const form = useRef<HTMLFormElement>(null);
  const formName = `permissions-${apiKey.id}`;
  const [draft, setDraft] = useState(() => restoredDraft(takeDraft(formName), draftOf(seen)));
  const [problems, setProblems] = useState<Problems>({});
  const { change, pending, error } = useKeyChange(onClose, form);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const read = readDraft(draft);
    if ("problems" in read) return showProblems(event.currentTarget, () => setProblems(read.problems));
    setProblems({});
    change(
      () => changeRestrictionsAction({ id: apiKey.id, restrictions: read.restrictions, seen }),
      `Changed the permissions of "${apiKey.name}"`,
    );
  }
  return (
    <form ref={form} name={formName} onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <LoadedRestrictionFields
          apiKeyId={apiKey.id}
          draft={draft}
          onChange={(next) => {
            setDraft(next);
            setProblems({});
          }}
          problems={problems}
        />
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <Dialog.Close render={<Button>Cancel</Button>} />
        <Button type="submit" variant="primary" pending={pending}>
          Save changes
        </Button>
      </DialogFooter>
    </form>
  );
}
