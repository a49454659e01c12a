"use client";

import { confirmProblem } from "#components/account/confirm-problem.ts";
import { OwnPassword } from "#components/account/own-password.tsx";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { changeEmailAction, type EmailState } from "#lib/actions/account.ts";

export function EmailForm({ email }: { email: string }) {
  const first: EmailState = { values: { email } };
  const { state, pending, failure, props } = useAuthForm(changeEmailAction, first, "email");
  const problem = problems(state);
  return (
    <form {...props}>
      <FormAlert>{failure ?? problem.form}</FormAlert>
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
      <OwnPassword error={state.fields?.password?.[0] ?? problem.password} />
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
