"use client";

import { type MouseEvent, useState } from "react";
import { CONFIRM_PROBLEMS } from "#components/account/confirm-problems.ts";
import { OwnPassword } from "#components/account/own-password.tsx";
import { ProviderIcon } from "#components/auth/provider-icon.tsx";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { takeFocus } from "#components/ui/take-focus.ts";
import { linkProviderAction, unlinkProviderAction } from "#lib/actions/account.ts";
import type { StateOf } from "#lib/actions/form-state.ts";

type State = StateOf<typeof linkProviderAction> | StateOf<typeof unlinkProviderAction>;
const FIRST: State = { values: {} };
const PROBLEMS = {
  ...CONFIRM_PROBLEMS,
  not_linked: { form: "It is no longer linked." },
  last_sign_in_method: { form: "This is the last sign-in method of your account, so it can't be unlinked." },
};

type Props = { id: string; name: string; linked: boolean; hasPassword: boolean };

/**
 * Links or unlinks a provider. The button first asks for the password; without JavaScript the
 * server asks.
 */
export function SignInMethod({ id, name, linked, hasPassword }: Props) {
  const action = linked ? unlinkProviderAction : linkProviderAction;
  const { state, pending, problems, props } = useServerForm(action, FIRST, `provider-${id}`, PROBLEMS);
  const [asked, setAsked] = useState(false);
  const [dismissed, setDismissed] = useState(FIRST);
  const answer = state === dismissed ? FIRST : state;
  const alert = answer === FIRST ? undefined : problems.form;
  const open = hasPassword && !answer.done && (asked || answer.failure !== undefined);

  function turn(to: boolean) {
    setAsked(to);
    setDismissed(state);
  }
  function press(event: MouseEvent) {
    if (open || !hasPassword) return;
    event.preventDefault();
    turn(true);
  }
  return (
    <li className="py-3 last:pb-0">
      <form {...props} className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <input type="hidden" name="provider" value={id} />
        <span className="flex min-w-0 flex-wrap items-center gap-x-2.5">
          <ProviderIcon id={id} />
          <bdi className="truncate font-medium">{name}</bdi>
          {linked && <Badge tone="success">Linked</Badge>}
        </span>
        <div className={alert ? "basis-full" : "hidden"}>
          <FormAlert>{alert}</FormAlert>
        </div>
        {open && (
          <div className="basis-full">
            <div className="max-w-md">
              <OwnPassword ref={takeFocus} error={problems.password} />
            </div>
          </div>
        )}
        <span className={open ? "flex basis-full flex-wrap items-center gap-2" : "ml-auto flex items-center gap-3"}>
          <span role="status" className="text-[0.8125rem] text-muted empty:hidden">
            {answer.done && !linked && "Unlinked"}
          </span>
          <Button
            type="submit"
            size="small"
            variant={open && linked ? "danger" : "secondary"}
            pending={pending}
            onClick={press}
          >
            {linked ? "Unlink" : "Link"} {name}
          </Button>
          {open && (
            <Button size="small" variant="quiet" onClick={() => turn(false)}>
              Cancel
            </Button>
          )}
        </span>
      </form>
    </li>
  );
}
