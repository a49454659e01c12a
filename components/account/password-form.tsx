"use client";

import { FormAlert } from "#components/auth/form-alert.tsx";
import { PasswordField } from "#components/auth/password-field.tsx";
import { PASSWORD_PROBLEMS } from "#components/auth/password-problems.ts";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { inWords } from "#components/auth/wait.ts";
import { Button } from "#components/ui/button.tsx";
import { PASSWORD_MIN } from "#lib/accounts/schema.ts";
import { changePasswordAction, type PasswordState } from "#lib/actions/account.ts";

const FIRST: PasswordState = { values: {} };

export function PasswordForm() {
  const { state, pending, props } = useAuthForm(changePasswordAction, FIRST);
  const { current, next, form } = problems(state);
  return (
    <form {...props}>
      <FormAlert>{form}</FormAlert>
      <PasswordField
        required
        label="Current password"
        name="current"
        autoComplete="current-password"
        error={state.fields?.current?.[0] ?? current}
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

function problems({ refusal }: PasswordState): { current?: string; next?: string; form?: string } {
  switch (refusal?.error) {
    case undefined:
      return {};
    case "wrong_password":
      return { current: "This is not your password." };
    case "common_password":
    case "own_name_password":
      return { next: PASSWORD_PROBLEMS[refusal.error] };
    case "throttled":
      return { form: `Too many attempts. Try again ${inWords(refusal.retryAfterSeconds)}.` };
    case "busy":
      return { form: "The server is busy. Try again in a few seconds." };
    case "no_password":
      return { form: "You sign in through a provider and have no password here." };
  }
}
