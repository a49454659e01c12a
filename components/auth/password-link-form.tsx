"use client";

import { useEffect, useState } from "react";
import { ExistingKeys } from "#components/auth/existing-keys.tsx";
import { PasswordField } from "#components/auth/password-field.tsx";
import { PASSWORD_PROBLEMS } from "#components/auth/password-problems.ts";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { PASSWORD_MIN } from "#lib/accounts/limits.ts";
import { type RedeemState, readPasswordLinkAction, redeemPasswordLinkAction } from "#lib/actions/accounts.ts";
import type { ActiveKeys } from "#lib/api-keys/active-keys.ts";

const FIRST: RedeemState = { values: {} };

export function PasswordLinkForm() {
  const { state, pending, failure, props } = useAuthForm(redeemPasswordLinkAction, FIRST, "password-link");
  const { token, keys: keysOfLink } = useLinkOfFragment();
  const { token: tokenProblem, password, keys: keysProblem, form } = problems(state);
  const activeKeys = state.activeKeys ?? keysOfLink;
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
      {activeKeys && <ExistingKeys keys={activeKeys} chosen={state.values.keys} error={keysProblem} />}
      <Button type="submit" variant="primary" pending={pending} className="mt-1 w-full">
        Set password
      </Button>
    </form>
  );
}

/**
 * Takes the token out of the address, so that it stays neither on the screen nor in the browser's history, and asks which
 * keys are to be decided about. Where that fails, sending the form tells.
 */
function useLinkOfFragment(): { token?: string; keys?: ActiveKeys | undefined } {
  const [link, setLink] = useState<{ token?: string; keys?: ActiveKeys | undefined }>({});
  useEffect(() => {
    const token = window.location.hash.slice(1);
    if (!token) return;
    setLink({ token });
    window.history.replaceState(window.history.state, "", window.location.pathname);
    readPasswordLinkAction(token).then(
      (keys) => setLink({ token, keys }),
      () => {},
    );
  }, []);
  return link;
}

type Problems = { token?: string; password?: string; keys?: string; form?: string };

function problems({ refusal, values }: RedeemState): Problems {
  switch (refusal?.error) {
    case undefined:
      return {};
    case "invalid_link":
      return {
        token: "This link was used already, is more than an hour old, or was replaced by a newer one. Ask for another.",
      };
    case "keys_undecided":
      return {
        keys: values.keys
          ? "Another key was active than the list showed. Check the list and choose again."
          : "Choose whether to keep or revoke these keys, and enter the password again.",
      };
    case "common_password":
    case "own_name_password":
      return { password: PASSWORD_PROBLEMS[refusal.error] };
    case "busy":
      return { form: "The server is busy. Try again in a few seconds." };
  }
}
