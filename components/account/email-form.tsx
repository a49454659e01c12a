"use client";

import { ChangeSetting } from "#components/account/change-setting.tsx";
import { CONFIRM_PROBLEMS } from "#components/account/confirm-problems.ts";
import { OwnPassword } from "#components/account/own-password.tsx";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { changeEmailAction } from "#lib/actions/account.ts";

const PROBLEMS = { ...CONFIRM_PROBLEMS, email_taken: { email: "Another account has this address." } };

const LINK_SENT = "Check your inbox. Your email changes when you open the link we sent to the new address.";

export function EmailForm({ email }: { email: string }) {
  const first = { values: { email } };
  const { state, pending, problems, props } = useServerForm(changeEmailAction, first, "email", PROBLEMS);
  return (
    <ChangeSetting
      label="Change email…"
      value={<bdi>{email}</bdi>}
      done={state.done && (state.done.value === "link_sent" ? LINK_SENT : `Email changed to ${email}.`)}
      failed={state.failure !== undefined}
    >
      <form {...props}>
        <FormAlert>{problems.form}</FormAlert>
        <TextField
          required
          label="New email"
          name="email"
          type="email"
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={state.values.email}
          error={problems.email}
        />
        <OwnPassword error={problems.password} />
        <Button type="submit" variant="primary" pending={pending} className="self-start">
          Change email
        </Button>
      </form>
    </ChangeSetting>
  );
}
