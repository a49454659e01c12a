"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, type RefObject, useLayoutEffect, useState } from "react";
import { AgentPreset } from "#components/api-keys/create/agent-preset.tsx";
import { NO_ROOM } from "#components/api-keys/create/no-room.tsx";
import { PermissionsSection, readPermissions } from "#components/api-keys/create/permissions-section.tsx";
import { OUT_OF_RANGE, readCreateForm, selectableDays } from "#components/api-keys/create/read-create-form.ts";
import { ENVIRONMENT_LABELS } from "#components/api-keys/detail/key-facts.tsx";
import { firstOption, presetsWithin, useLimit } from "#components/api-keys/expiry/lifetime.ts";
import { AGENT_KEY, restoredDraft } from "#components/api-keys/restrictions/restriction-draft.ts";
import type { Make } from "#components/api-keys/save/secret-dialog.tsx";
import { failureWords, isSignedOut } from "#components/frame/action-failure.tsx";
import { keepDraft, takeDraft } from "#components/frame/draft.ts";
import { failureProblems, type Problems } from "#components/frame/form-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { Field, TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { SegmentedControl } from "#components/ui/segmented-control.tsx";
import { Select } from "#components/ui/select.tsx";
import { useNow } from "#components/ui/time.tsx";
import { createApiKeyAction } from "#lib/actions/api-keys.ts";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";
import type { EXPIRY_PRESETS } from "#lib/api-keys/model/expiry.ts";

const PRESET_LABELS: Record<keyof typeof EXPIRY_PRESETS, string> = {
  "7d": "7 days",
  "30d": "30 days",
  "60d": "60 days",
  "90d": "90 days",
  "1y": "1 year",
};
const FORM = "create-key";
const PROBLEMS = {
  ...NO_ROOM,
  invalid: { form: "Something in the form is not valid." },
  session_over: { form: "You've been signed out. Sign in to continue." },
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
  const presets = presetsWithin(limit, now);
  const [expiry, setExpiry] = useState(() => draft.expiry ?? firstOption(limit, now));
  const [restrictions, setRestrictions] = useState(() => restoredDraft(draft));
  const [permissionsOpen, setPermissionsOpen] = useState<boolean>();
  const [forAgent, setForAgent] = useState(false);
  const [problems, setProblems] = useState<Problems>({});
  useLayoutEffect(() => {
    if (nameField.current) onReady(nameField.current);
  }, [nameField, onReady]);

  function presetAgentKey() {
    setExpiry(presets.includes("30d") ? "30d" : firstOption(limit, now));
    setRestrictions(AGENT_KEY);
    setPermissionsOpen(true);
    setForAgent(true);
    nameField.current?.focus();
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const parsed = readCreateForm(new FormData(event.currentTarget), now, limit);
    if ("problems" in parsed) {
      setProblems(parsed.problems);
      if (parsed.problems.name) nameField.current?.focus();
      return;
    }
    setProblems({});
    const { currentTarget: form } = event;
    make(async () => {
      try {
        const read = await readPermissions(restrictions);
        if ("problems" in read) {
          setPermissionsOpen(true);
          return void setProblems(read.problems);
        }
        const created = await createApiKeyAction({ ...parsed.input, ...read });
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
        <TextField
          ref={nameField}
          name="name"
          label="Name"
          placeholder={forAgent ? "e.g. Claude Code on Ada's laptop" : "e.g. Production App"}
          defaultValue={draft.name}
          hint={forAgent ? "Name it after the agent, and choose what it may do." : "Helps you recognize it later."}
          aside={<AgentPreset onChoose={presetAgentKey} />}
          error={problems.name}
          onChange={() => problems.name && setProblems({ ...problems, name: undefined })}
          autoComplete="off"
          dir="auto"
          required
        />
        <SegmentedControl
          name="environment"
          label="Environment"
          options={ENVIRONMENTS.map((value) => ({ value, label: ENVIRONMENT_LABELS[value] }))}
          defaultValue={draft.environment ?? "production"}
        />
        <Field label="Expires" hint={limit?.words} error={expiry === "custom" ? undefined : problems.expiry}>
          {(tie) => (
            <Select
              {...tie}
              name="expiry"
              value={expiry}
              onChange={(event) => setExpiry(event.currentTarget.value)}
              className="w-full"
            >
              {!limit && <option value="never">Never</option>}
              {presets.map((preset) => (
                <option key={preset} value={preset}>
                  {PRESET_LABELS[preset]}
                </option>
              ))}
              <option value="custom">Custom date</option>
            </Select>
          )}
        </Field>
        {expiry === "custom" && (
          <TextField
            type="date"
            name="date"
            label="Expiry date"
            defaultValue={draft.date}
            hint="The key works until the end of this day, in your time zone."
            error={problems.expiry}
            {...selectableDays(now, limit)}
          />
        )}
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
      <DialogFooter>
        <Dialog.Close disabled={pending} render={<Button>Cancel</Button>} />
        <Button type="submit" variant="primary" pending={pending}>
          Create key
        </Button>
      </DialogFooter>
    </form>
  );
}
