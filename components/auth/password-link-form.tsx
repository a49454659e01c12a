"use client";

import { useEffect, useState } from "react";
import { PasswordField } from "#components/auth/password-field.tsx";
import { PASSWORD_PROBLEMS } from "#components/auth/password-problems.ts";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { PASSWORD_MIN } from "#lib/accounts/limits.ts";
import { type RedeemState, redeemPasswordLinkAction } from "#lib/actions/accounts.ts";

const FIRST: RedeemState = { values: {} };

export function PasswordLinkForm() {
  const { state, pending, failure, props } = useAuthForm(redeemPasswordLinkAction, FIRST, "password-link");
  const token = useTokenOfFragment();
  const { token: tokenProblem, password, form } = problems(state);
  return (
    <form {...props}>
      <FormAlert>{failure ?? form}</FormAlert>
      {token ? (
        <>
          <FormAlert>{state.fields?.token?.[0] ?? tokenProblem}</FormAlert>
          <input type="hidden" name="token" value={token} />
        </>
      ) : (
        <TextField
          required
          label="Link or code"
          name="token"
          autoComplete="off"
          spellCheck={false}
          defaultValue={state.values.token}
          hint="The whole link that you were sent, or the code after its # sign."
          error={state.fields?.token?.[0] ?? tokenProblem}
        />
      )}
      <PasswordField
        required
        label="New password"
        name="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. A sentence is easy to remember.`}
        error={state.fields?.password?.[0] ?? password}
      />
      <Button type="submit" variant="primary" pending={pending} className="mt-1 w-full">
        Set password
      </Button>
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
