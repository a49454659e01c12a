"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRef } from "react";
import { CONFIRM_PROBLEMS } from "#components/account/confirm-problems.ts";
import { OwnPassword } from "#components/account/own-password.tsx";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { deleteAccountAction } from "#lib/actions/account.ts";

const FIRST = { values: {} };
const PROBLEMS = { ...CONFIRM_PROBLEMS, wrong_email: { email: "This is not the address of your account." } };

type Props = { email: string; hasPassword: boolean; activityDays: number };

export function DeleteAccount(props: Props) {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger
        render={
          <Button size="small" className="text-danger-ink noscript:hidden">
            Delete account…
          </Button>
        }
      />
      <AlertDialogContent
        title="Delete your account?"
        description="Requests using any of your API keys will fail immediately. This can't be undone."
        initialFocus={cancel}
      >
        <DeleteAccountForm {...props} cancel={cancel} />
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}

type FormProps = Props & { cancel: React.RefObject<HTMLButtonElement | null> };

function DeleteAccountForm({ email, hasPassword, activityDays, cancel }: FormProps) {
  const { state, pending, problems, props } = useServerForm(deleteAccountAction, FIRST, "delete-account", PROBLEMS);
  return (
    <form {...props} className="contents">
      <DialogBody>
        <Consequences activityDays={activityDays} />
        <FormAlert>{problems.form}</FormAlert>
        {hasPassword ? (
          <OwnPassword error={problems.password} />
        ) : (
          <TextField
            required
            label="Type your email address to confirm"
            hint={<bdi className="break-words">{email}</bdi>}
            name="email"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={state.values.email}
            error={problems.email}
          />
        )}
      </DialogBody>
      <DialogFooter>
        <AlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
        <Button type="submit" variant="danger" pending={pending}>
          Delete account
        </Button>
      </DialogFooter>
    </form>
  );
}

/**
 * Lists what is removed and what is kept, and for how long. `lib/activity` and `lib/usage` decide
 * when.
 */
function Consequences({ activityDays }: { activityDays: number }) {
  return (
    <>
      <List title="Removed immediately">
        <li>your API keys: revoked and removed from the list</li>
        <li>your password, linked providers and sessions</li>
        <li>your name and email address, which is free for a new account</li>
        <li>your remaining credits: they can no longer be spent</li>
      </List>
      <List title="Removed within an hour">
        <li>the names and notes of your keys, their callers and their logs</li>
      </List>
      <List title="Kept">
        <li>
          activity, for {activityDays} days: what was done and from which address, with key names and with names and
          email addresses that you have changed
        </li>
        <li>usage, without your name: 90 days by hour, 2 years by day</li>
        <li>movements of credits, without your name: as long as accounting rules require</li>
        <li>a hash of each key: for good, so that the key stays rejected</li>
      </List>
    </>
  );
}

function List({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="text-[0.8125rem]">
      <h3 className="mb-1 font-medium">{title}</h3>
      <ul className="flex list-disc flex-col gap-0.5 pl-4.5 text-muted marker:text-line-strong">{children}</ul>
    </div>
  );
}
