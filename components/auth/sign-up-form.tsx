"use client";

import { AuthLink } from "#components/auth/auth-link.tsx";
import { PasswordField } from "#components/auth/password-field.tsx";
import { PASSWORD_PROBLEMS } from "#components/auth/password-problems.ts";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { inWords } from "#components/auth/wait.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { PASSWORD_MIN } from "#lib/accounts/limits.ts";
import { type SignUpState, signUpAction } from "#lib/actions/accounts.ts";

const FIRST: SignUpState = { values: {} };

export function SignUpForm({ next }: { next: string }) {
  const { state, pending, failure, props } = useAuthForm(signUpAction, FIRST, "sign-up");
  const { email, password, form } = problems(state, next);
  return (
    <form {...props}>
      <FormAlert>{failure ?? form}</FormAlert>
      <input type="hidden" name="next" value={next} />
      <TextField
        required
        label="Name"
        name="name"
        autoComplete="name"
        defaultValue={state.values.name}
        error={state.fields?.name?.[0]}
      />
      <TextField
        required
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={state.values.email}
        error={state.fields?.email?.[0] ?? email}
      />
      <PasswordField
        required
        label="Password"
        name="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. A sentence is easy to remember.`}
        error={state.fields?.password?.[0] ?? password}
      />
      <Button type="submit" variant="primary" pending={pending} className="mt-1 w-full">
        Create account
      </Button>
    </form>
  );
}

function problems({ refusal }: SignUpState, next: string) {
  switch (refusal?.error) {
    case undefined:
      return {};
    case "email_taken":
      return {
        email: (
          <>
            There is an account with this address already.{" "}
            <AuthLink to="/sign-in" next={next}>
              Sign in
            </AuthLink>
          </>
        ),
      };
    case "common_password":
    case "own_name_password":
      return { password: PASSWORD_PROBLEMS[refusal.error] };
    case "throttled":
      return {
        form: `Many accounts were created from your network. Try again ${inWords(refusal.retryAfterSeconds ?? 1)}.`,
      };
    case "busy":
      return { form: "The server is busy. Try again in a few seconds." };
    case "sign_up_closed":
      return { form: "New accounts can't be created here at the moment." };
  }
}
