"use client";

import { AuthLink } from "#components/auth/auth-link.tsx";
import { EmailField } from "#components/auth/email-field.tsx";
import { PasswordField } from "#components/auth/password-field.tsx";
import { passwordProblems } from "#components/auth/password-problems.ts";
import { ThrottledButton } from "#components/auth/throttled-button.tsx";
import { BUSY, inWords } from "#components/auth/wait.ts";
import type { FailureWords } from "#components/frame/form-problems.ts";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { PASSWORD_MIN } from "#lib/accounts/model/limits.ts";
import type { FailureOf } from "#lib/actions/form-state.ts";
import { signUpAction } from "#lib/actions/sign-in.ts";

const FIRST = { values: {} };

export function SignUpForm({ next }: { next: string }) {
  const { state, pending, problems, props } = useServerForm(signUpAction, FIRST, "sign-up", problemWords(next));
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <input type="hidden" name="next" value={next} />
      <TextField
        required
        label="Name"
        name="name"
        autoComplete="name"
        defaultValue={state.values.name}
        error={problems.name}
      />
      <EmailField typed={state.values.email} error={problems.email} />
      <PasswordField
        required
        label="Password"
        name="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. A sentence is easy to remember.`}
        error={problems.password}
      />
      <ThrottledButton pending={pending} failure={state.failure}>
        Create account
      </ThrottledButton>
    </form>
  );
}

function problemWords(next: string): FailureWords<FailureOf<typeof signUpAction>> {
  return {
    email_taken: {
      email: (
        <>
          There is an account with this address already.{" "}
          <AuthLink to="/sign-in" next={next}>
            Sign in
          </AuthLink>
        </>
      ),
    },
    ...passwordProblems("password"),
    throttled: ({ retryAfterSeconds }) => ({
      form: `Many accounts were created from your network. Try again ${inWords(retryAfterSeconds)}.`,
    }),
    busy: BUSY,
    sign_up_closed: { form: "Sign-up is closed." },
  };
}
