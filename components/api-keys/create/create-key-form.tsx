"use client";

import { type FormEvent, type RefObject, useLayoutEffect, useState } from "react";
import { AgentPreset } from "#components/api-keys/create/agent-preset.tsx";
import { CREATE_PROBLEMS } from "#components/api-keys/create/create-problems.ts";
import { NewKeyFields } from "#components/api-keys/create/new-key-fields.tsx";
import { PermissionsSection, readPermissions } from "#components/api-keys/create/permissions-section.tsx";
import { readChoice, restoredChoice, sentExpiry } from "#components/api-keys/expiry/expiry-choice.ts";
import { ExpiryField } from "#components/api-keys/expiry/expiry-field.tsx";
import { firstOption, presetsWithin, useLimit } from "#components/api-keys/expiry/lifetime.ts";
import { OUT_OF_RANGE } from "#components/api-keys/expiry/selectable-days.ts";
import { AGENT_KEY, restoredDraft } from "#components/api-keys/restrictions/restriction-draft.ts";
import { MakeFooter } from "#components/api-keys/save/make-footer.tsx";
import type { Make } from "#components/api-keys/save/secret-dialog.tsx";
import { failureWords, isSignedOut } from "#components/frame/action-failure.tsx";
import { keepDraft, takeDraft } from "#components/frame/draft.ts";
import { failureProblems, type Problems } from "#components/frame/form-problems.ts";
import { showProblems } from "#components/frame/show-problems.ts";
import { DialogBody } from "#components/ui/dialog.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { useNow } from "#components/ui/time.tsx";
import { createApiKeyAction } from "#lib/actions/api-keys.ts";
import { newKeyInput } from "#lib/api-keys/model/schema.ts";

const FORM = "create-key";
const PROBLEMS = {
  ...CREATE_PROBLEMS,
  unknown_scope: { form: "A permission no longer exists. Reload the page and choose again." },
  expiry_out_of_range: { expiry: OUT_OF_RANGE },
};

type Props = {
  nameField: RefObject<HTMLInputElement | null>;
  onReady: (nameField: HTMLInputElement) => void;
  making: Make;
};

export function CreateKeyForm({ nameField, onReady, making: { pending, make } }: Props) {
  const now = useNow();
  const [draft] = useState(() => takeDraft(FORM));
  const limit = useLimit(now);
  const [expiry, setExpiry] = useState(() => restoredChoice(draft, limit, now));
  const [restrictions, setRestrictions] = useState(() => restoredDraft(draft));
  const [permissionsOpen, setPermissionsOpen] = useState<boolean>();
  const [forAgent, setForAgent] = useState(false);
  const [problems, setProblems] = useState<Problems>({});
  useLayoutEffect(() => {
    if (nameField.current) onReady(nameField.current);
  }, [nameField, onReady]);

  function presetAgentKey() {
    const option = presetsWithin(limit, now).includes("30d") ? "30d" : firstOption(limit, now);
    setExpiry({ option, date: "" });
    setRestrictions(AGENT_KEY);
    setPermissionsOpen(true);
    setForAgent(true);
    nameField.current?.focus();
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { currentTarget: form } = event;
    const named = newKeyInput.safeParse(Object.fromEntries(new FormData(form)));
    const chosen = readChoice(expiry, now, limit);
    if (!named.success || "problem" in chosen)
      return showProblems(form, () =>
        setProblems({
          name: named.error?.issues[0]?.message,
          expiry: "problem" in chosen ? chosen.problem : undefined,
        }),
      );
    // The field offers it only to the successor of a key.
    if (chosen.type === "same") return;
    setProblems({});
    make(async () => {
      try {
        const read = await readPermissions(restrictions);
        if ("problems" in read)
          return void showProblems(form, () => {
            setPermissionsOpen(true);
            setProblems(read.problems);
          });
        const created = await createApiKeyAction({ ...named.data, expiry: sentExpiry(chosen), ...read });
        if (created.ok) return created.value;
        setProblems(failureProblems(created, PROBLEMS));
      } catch (error) {
        if (isSignedOut(error)) keepDraft(form);
        setProblems({ form: failureWords(error, "If a key that was never used appears in your list, delete it.") });
      }
    });
  }
  return (
    <form name={FORM} onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <NewKeyFields
          nameField={nameField}
          placeholder={forAgent ? "e.g. Claude Code on Ada's laptop" : "e.g. Production App"}
          hint={forAgent ? "Name it after the agent, and choose what it may do." : "Helps you recognize it later."}
          aside={<AgentPreset onChoose={presetAgentKey} />}
          draft={draft}
          problem={problems.name}
          onNameChange={() => problems.name && setProblems({ ...problems, name: undefined })}
        />
        <ExpiryField
          label="Expires"
          choice={expiry}
          onChange={(next) => {
            setExpiry(next);
            setProblems({ ...problems, expiry: undefined });
          }}
          limit={limit}
          error={problems.expiry}
        />
        <PermissionsSection
          draft={restrictions}
          onChange={(next) => {
            setRestrictions(next);
            setProblems({ name: problems.name, expiry: problems.expiry });
          }}
          problems={problems}
          open={permissionsOpen}
          onToggle={setPermissionsOpen}
        />
        <FormAlert>{problems.form}</FormAlert>
      </DialogBody>
      <MakeFooter pending={pending} make="Create key" />
    </form>
  );
}
