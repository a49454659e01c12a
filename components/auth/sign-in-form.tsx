"use client";

import type { ReactNode } from "react";
import { EmailField } from "#components/auth/email-field.tsx";
import { PasswordField } from "#components/auth/password-field.tsx";
import { ThrottledButton } from "#components/auth/throttled-button.tsx";
import { BUSY, inWords } from "#components/auth/wait.ts";
import type { FailureWords } from "#components/frame/form-problems.ts";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { FormAlert } from "#components/ui/form-alert.tsx";
import type { FailureOf } from "#lib/actions/form-state.ts";
import { signInAction } from "#lib/actions/sign-in.ts";

const FIRST = { values: {} };
const PROBLEMS: FailureWords<FailureOf<typeof signInAction>> = {
  wrong_credentials: { password: "The email address or the password is wrong." },
  throttled: ({ retryAfterSeconds }) => ({
    form: `There were too many attempts. Try again ${inWords(retryAfterSeconds)}.`,
  }),
  busy: BUSY,
  disabled: { form: "This account is disabled. Ask the operator of this server." },
};

export function SignInForm({ next, forgot }: { next: string; forgot: ReactNode }) {
  const { state, pending, problems, props } = useServerForm(signInAction, FIRST, "sign-in", PROBLEMS);
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <input type="hidden" name="next" value={next} />
      <EmailField typed={state.values.email} error={problems.email} />
      <PasswordField
        required
        label="Password"
        name="password"
        autoComplete="current-password"
        error={problems.password}
      />
      {forgot}
      <ThrottledButton pending={pending} failure={state.failure}>
        Sign in
      </ThrottledButton>
    </form>
  );
}
