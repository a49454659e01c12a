"use client";

import { ChangeSetting } from "#components/account/change-setting.tsx";
import { CONFIRM_PROBLEMS } from "#components/account/confirm-problems.ts";
import { PasswordField } from "#components/auth/password-field.tsx";
import { passwordProblems } from "#components/auth/password-problems.ts";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { counted } from "#components/ui/number.ts";
import { PASSWORD_MIN } from "#lib/accounts/model/limits.ts";
import { changePasswordAction } from "#lib/actions/account.ts";

const FIRST = { values: {} };
const PROBLEMS = { ...CONFIRM_PROBLEMS, ...passwordProblems("next") };

export function PasswordForm() {
  const { state, pending, problems, props } = useServerForm(changePasswordAction, FIRST, "password", PROBLEMS);
  return (
    <ChangeSetting
      label="Change password…"
      value="••••••••"
      done={
        state.done &&
        `Password changed. ${counted(state.done.value, "other session was", "other sessions were")} signed out.`
      }
      failed={state.failure !== undefined}
    >
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
          hint={`At least ${PASSWORD_MIN} characters. Every other session is signed out.`}
          error={problems.next}
        />
        <Button type="submit" variant="primary" pending={pending} className="self-start">
          Change password
        </Button>
      </form>
    </ChangeSetting>
  );
}
