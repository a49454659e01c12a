"use client";

import type { ReactNode } from "react";
import { PasswordField } from "#components/auth/password-field.tsx";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { inWords } from "#components/auth/wait.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { type SignInState, signInAction } from "#lib/actions/accounts.ts";

const FIRST: SignInState = { values: {} };

export function SignInForm({ next, forgot }: { next: string; forgot: ReactNode }) {
  const { state, pending, failure, props } = useAuthForm(signInAction, FIRST, "sign-in");
  const wrong = state.refusal?.error === "wrong_credentials";
  return (
    <form {...props}>
      <FormAlert>{failure ?? (state.refusal && !wrong && words(state.refusal))}</FormAlert>
      <input type="hidden" name="next" value={next} />
      <TextField
        required
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={state.values.email}
        error={state.fields?.email?.[0]}
      />
      <PasswordField
        required
        label="Password"
        name="password"
        autoComplete="current-password"
        error={state.fields?.password?.[0] ?? (wrong ? "The email address or the password is wrong." : undefined)}
      />
      {forgot}
      <Button type="submit" variant="primary" pending={pending} className="mt-1 w-full">
        Sign in
      </Button>
    </form>
  );
}

function words({ error, retryAfterSeconds }: NonNullable<SignInState["refusal"]>): string {
  switch (error) {
    case "wrong_credentials":
      return "The email address or the password is wrong.";
    case "throttled":
      return `There were too many attempts. Try again ${inWords(retryAfterSeconds ?? 1)}.`;
    case "busy":
      return "The server is busy. Try again in a few seconds.";
    case "disabled":
      return "This account is disabled. Ask whoever runs this server.";
  }
}
