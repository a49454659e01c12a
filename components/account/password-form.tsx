"use client";

import { confirmProblem } from "#components/account/confirm-problem.ts";
import { PasswordField } from "#components/auth/password-field.tsx";
import { PASSWORD_PROBLEMS } from "#components/auth/password-problems.ts";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { PASSWORD_MIN } from "#lib/accounts/limits.ts";
import { changePasswordAction, type PasswordState } from "#lib/actions/account.ts";

const FIRST: PasswordState = { values: {} };

export function PasswordForm() {
  const { state, pending, failure, props } = useAuthForm(changePasswordAction, FIRST, "password");
  const { password, next, form } = problems(state);
  return (
    <form {...props}>
      <FormAlert>{failure ?? form}</FormAlert>
      <PasswordField
        required
        label="Current password"
        name="current"
        autoComplete="current-password"
        error={state.fields?.current?.[0] ?? password}
      />
      <PasswordField
        required
        label="New password"
        name="next"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. Every other browser is signed out.`}
        error={state.fields?.next?.[0] ?? next}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Change password
        </Button>
        <span role="status" className="text-muted">
          {state.ended !== undefined && `Changed. Other browsers signed out: ${state.ended}.`}
        </span>
      </div>
    </form>
  );
}

function problems({ refusal }: PasswordState): { password?: string; next?: string; form?: string } {
  if (!refusal) return {};
  if (refusal.error === "common_password" || refusal.error === "own_name_password")
    return { next: PASSWORD_PROBLEMS[refusal.error] };
  return confirmProblem(refusal);
}
