"use client";

import { confirmProblem } from "#components/account/confirm-problem.ts";
import { FormAlert } from "#components/auth/form-alert.tsx";
import { PasswordField } from "#components/auth/password-field.tsx";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { changeEmailAction, type EmailState } from "#lib/actions/account.ts";

export function EmailForm({ email }: { email: string }) {
  const first: EmailState = { values: { email } };
  const { state, pending, props } = useAuthForm(changeEmailAction, first);
  const problem = problems(state);
  return (
    <form {...props}>
      <FormAlert>{problem.form}</FormAlert>
      <TextField
        required
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={state.values.email}
        error={state.fields?.email?.[0] ?? problem.email}
      />
      <PasswordField
        required
        label="Password"
        name="password"
        autoComplete="current-password"
        hint="To be sure that it is you."
        error={state.fields?.password?.[0] ?? problem.password}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Change email
        </Button>
        <span role="status" className="text-muted">
          {state.done && "Changed"}
        </span>
      </div>
    </form>
  );
}

function problems({ refusal }: EmailState): { email?: string; password?: string; form?: string } {
  if (!refusal) return {};
  if (refusal.error === "email_taken") return { email: "Another account has this address." };
  return confirmProblem(refusal);
}
