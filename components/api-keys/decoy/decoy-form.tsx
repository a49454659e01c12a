"use client";

import { type FormEvent, type RefObject, useState } from "react";
import { CREATE_PROBLEMS } from "#components/api-keys/create/create-problems.ts";
import { NewKeyFields } from "#components/api-keys/create/new-key-fields.tsx";
import { MakeFooter } from "#components/api-keys/save/make-footer.tsx";
import type { Make } from "#components/api-keys/save/secret-dialog.tsx";
import { failureWords, isSignedOut } from "#components/frame/action-failure.tsx";
import { keepDraft, takeDraft } from "#components/frame/draft.ts";
import { failureProblems, type Problems } from "#components/frame/form-problems.ts";
import { showProblems } from "#components/frame/show-problems.ts";
import { DialogBody } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { createDecoyAction } from "#lib/actions/api-keys.ts";
import { newKeyInput } from "#lib/api-keys/model/schema.ts";

const FORM = "create-decoy";
// A decoy has neither an expiry nor permissions.
const PROBLEMS = { ...CREATE_PROBLEMS, expiry_out_of_range: {}, unknown_scope: {} };

type Props = { nameField: RefObject<HTMLInputElement | null>; making: Make };

export function DecoyForm({ nameField, making: { pending, make } }: Props) {
  const [draft] = useState(() => takeDraft(FORM));
  const [problems, setProblems] = useState<Problems>({});
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { currentTarget: form } = event;
    const parsed = newKeyInput.safeParse(Object.fromEntries(new FormData(form)));
    if (!parsed.success) return showProblems(form, () => setProblems({ name: parsed.error.issues[0]?.message }));
    setProblems({});
    make(async () => {
      try {
        const created = await createDecoyAction(parsed.data);
        if (created.ok) return created.value;
        setProblems(failureProblems(created, PROBLEMS));
      } catch (error) {
        if (isSignedOut(error)) keepDraft(form);
        setProblems({ form: failureWords(error) });
      }
    });
  }
  return (
    <form name={FORM} onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <NewKeyFields
          nameField={nameField}
          placeholder="e.g. Decoy in the old repository"
          hint="Say where you put it."
          draft={draft}
          problem={problems.name}
          onNameChange={() => setProblems({})}
        />
        <FormAlert>{problems.form}</FormAlert>
      </DialogBody>
      <MakeFooter pending={pending} make="Create decoy" />
    </form>
  );
}
