"use client";

import { CONFIRM_PROBLEMS } from "#components/account/confirm-problems.ts";
import { PasswordField } from "#components/auth/password-field.tsx";
import { passwordProblems } from "#components/auth/password-problems.ts";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { PASSWORD_MIN } from "#lib/accounts/model/limits.ts";
import { changePasswordAction } from "#lib/actions/account.ts";

const FIRST = { values: {} };
const PROBLEMS = { ...CONFIRM_PROBLEMS, ...passwordProblems("next") };

export function PasswordForm() {
  const { state, pending, problems, props } = useServerForm(changePasswordAction, FIRST, "password", PROBLEMS);
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <PasswordField
        required
        label="Current password"
        name="current"
        autoComplete="current-password"
        error={problems.current ?? problems.password}
      />
      <PasswordField
        required
        label="New password"
        name="next"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. Every other browser is signed out.`}
        error={problems.next}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Change password
        </Button>
        <span role="status" className="text-muted">
          {state.done && `Changed. Other browsers signed out: ${state.done.value}.`}
        </span>
      </div>
    </form>
  );
}
