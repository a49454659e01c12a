"use client";

import { useEffect, useState } from "react";
import { FormAlert } from "#components/auth/form-alert.tsx";
import { PASSWORD_PROBLEMS } from "#components/auth/password-problems.ts";
import { SubmitButton } from "#components/auth/submit-button.tsx";
import { TextField } from "#components/auth/text-field.tsx";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { PASSWORD_MIN } from "#lib/accounts/schema.ts";
import { type RedeemState, redeemPasswordLinkAction } from "#lib/actions/accounts.ts";

const FIRST: RedeemState = { values: {} };

export function PasswordLinkForm() {
  const { state, pending, props } = useAuthForm(redeemPasswordLinkAction, FIRST);
  const token = useTokenOfFragment();
  const { token: tokenProblem, password, form } = problems(state);
  return (
    <form {...props} className="grid gap-5">
      {form && <FormAlert>{form}</FormAlert>}
      {token ? (
        <>
          {(state.fields?.token || tokenProblem) && <FormAlert>{state.fields?.token?.[0] ?? tokenProblem}</FormAlert>}
          <input type="hidden" name="token" value={token} />
        </>
      ) : (
        <TextField
          label="Link or code"
          name="token"
          autoComplete="off"
          spellCheck={false}
          defaultValue={state.values.token}
          hint="What you were sent: the whole link, or what stands after its #."
          error={state.fields?.token?.[0] ?? tokenProblem}
        />
      )}
      <TextField
        label="New password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. A sentence is easy to remember.`}
        error={state.fields?.password?.[0] ?? password}
      />
      <SubmitButton pending={pending}>Set password</SubmitButton>
    </form>
  );
}

/** Takes the token out of the address, so that it stays neither on the screen nor in the browser's history. */
function useTokenOfFragment(): string | undefined {
  const [token, setToken] = useState<string>();
  useEffect(() => {
    const fragment = window.location.hash.slice(1);
    if (!fragment) return;
    setToken(fragment);
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);
  return token;
}

function problems({ refusal }: RedeemState) {
  switch (refusal?.error) {
    case undefined:
      return {};
    case "invalid_link":
      return {
        token: "This link was used already, is more than an hour old, or was replaced by a newer one. Ask for another.",
      };
    case "common_password":
    case "own_name_password":
      return { password: PASSWORD_PROBLEMS[refusal.error] };
    case "busy":
      return { form: "The server is busy. Try again in a few seconds." };
  }
}
