"use client";

import { type MouseEvent, useState } from "react";
import { confirmProblem } from "#components/account/confirm-problem.ts";
import { OwnPassword } from "#components/account/own-password.tsx";
import { ProviderIcon } from "#components/auth/provider-icon.tsx";
import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { linkProviderAction, unlinkProviderAction, type WayState } from "#lib/actions/account.ts";

const FIRST: WayState = { values: {} };
const focus = (field: HTMLInputElement | null) => field?.focus();

type Props = { id: string; name: string; linked: boolean; hasPassword: boolean };

/** A provider by which the person signs in or may. Its button first asks for the password; without JavaScript the server does. */
export function WayIn({ id, name, linked, hasPassword }: Props) {
  const action = linked ? unlinkProviderAction : linkProviderAction;
  const { state, pending, failure, props } = useAuthForm(action, FIRST, `provider-${id}`);
  const [asked, setAsked] = useState(false);
  const [dismissed, setDismissed] = useState(FIRST);
  const answer = state === dismissed ? FIRST : state;
  const problem = problems(answer);
  const alert = failure ?? problem.form;
  const open = hasPassword && !answer.done && (asked || answer.refusal !== undefined);

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
    <li className="px-4 py-3">
      <form {...props} className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <input type="hidden" name="provider" value={id} />
        <span className="flex min-w-0 items-center gap-2.5">
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
              <OwnPassword ref={focus} error={problem.password} />
            </div>
          </div>
        )}
        <span className={open ? "flex basis-full items-center gap-2" : "ml-auto flex items-center gap-3"}>
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

function problems({ refusal }: WayState): { password?: string; form?: string } {
  if (!refusal) return {};
  if (refusal.error === "not_linked") return { form: "It is not linked any more." };
  if (refusal.error === "last_way_in")
    return { form: "This is the last way to sign in to your account, so it can't be unlinked." };
  return confirmProblem(refusal);
}
