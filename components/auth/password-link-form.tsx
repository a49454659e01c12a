"use client";

import { useEffect, useState } from "react";
import { ExistingKeys } from "#components/auth/existing-keys.tsx";
import { LinkTokenField } from "#components/auth/link-token-field.tsx";
import { PasswordField } from "#components/auth/password-field.tsx";
import { passwordProblems } from "#components/auth/password-problems.ts";
import { useFragmentToken } from "#components/auth/use-fragment-token.ts";
import { BUSY } from "#components/auth/wait.ts";
import type { FailureWords } from "#components/frame/form-problems.ts";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { PASSWORD_MIN } from "#lib/accounts/model/limits.ts";
import type { FailureOf, StateOf } from "#lib/actions/form-state.ts";
import { readPasswordLinkAction, redeemPasswordLinkAction } from "#lib/actions/sign-in.ts";
import type { ActiveKeys } from "#lib/api-keys/active-keys.ts";

const FIRST: StateOf<typeof redeemPasswordLinkAction> = { values: {} };
const PROBLEMS: FailureWords<FailureOf<typeof redeemPasswordLinkAction>> = {
  ...passwordProblems("password"),
  invalid_link: {
    token: "This link was already used, is more than an hour old, or was replaced by a newer one. Ask for another.",
  },
  keys_undecided: { keys: "Choose whether to keep or revoke these keys, and enter the password again." },
  keys_changed: { keys: "Another key was active than the list showed. Check the list and choose again." },
  busy: BUSY,
};

export function PasswordLinkForm() {
  const { state, pending, problems, props } = useServerForm(redeemPasswordLinkAction, FIRST, "password-link", PROBLEMS);
  const token = useFragmentToken();
  const keysOfLink = useKeysOfLink(token);
  const activeKeys = state.activeKeys ?? keysOfLink;
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <LinkTokenField token={token} pasted={state.values.token} problem={problems.token} />
      <PasswordField
        required
        label="New password"
        name="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. A sentence is easy to remember.`}
        error={problems.password}
      />
      {activeKeys && <ExistingKeys keys={activeKeys} chosen={state.values.keys} error={problems.keys} />}
      <Button type="submit" variant="primary" pending={pending} className="mt-1 w-full">
        Set password
      </Button>
    </form>
  );
}

/** Loads the keys that the user decides about. If loading fails, submitting the form shows why. */
function useKeysOfLink(token: string | undefined): ActiveKeys | undefined {
  const [keys, setKeys] = useState<ActiveKeys>();
  useEffect(() => {
    if (token) readPasswordLinkAction(token).then(setKeys, () => {});
  }, [token]);
  return keys;
}
