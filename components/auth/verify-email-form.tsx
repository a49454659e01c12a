"use client";

import { LinkTokenField } from "#components/auth/link-token-field.tsx";
import { useFragmentToken } from "#components/auth/use-fragment-token.ts";
import type { FailureWords } from "#components/frame/form-problems.ts";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Link } from "#components/ui/link.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { takeFocus } from "#components/ui/take-focus.ts";
import type { FailureOf, StateOf } from "#lib/actions/form-state.ts";
import { redeemEmailLinkAction } from "#lib/actions/sign-in.ts";

const FIRST: StateOf<typeof redeemEmailLinkAction> = { values: {} };
const PROBLEMS: FailureWords<FailureOf<typeof redeemEmailLinkAction>> = {
  invalid_link: {
    token:
      "This link was used already, is more than a day old, or was replaced by a newer one. Sign in to get another.",
  },
  email_taken: { form: "Another account has this address by now, so nothing was changed." },
};

/** Verifies by a click: a program that looks at links in mails doesn't use them up. */
export function VerifyEmailForm() {
  const { state, pending, problems, props } = useServerForm(redeemEmailLinkAction, FIRST, "verify-email", PROBLEMS);
  const token = useFragmentToken();
  return (
    <>
      <div role="status" className="empty:hidden">
        {state.done && (
          <Notice>
            <bdi className="break-words">{state.done.value}</bdi> is verified.
          </Notice>
        )}
      </div>
      {state.done ? (
        <Link ref={takeFocus} href="/settings/developer" className={buttonClass({ variant: "primary" })}>
          Continue
        </Link>
      ) : (
        <form {...props}>
          <FormAlert>{problems.form}</FormAlert>
          <LinkTokenField token={token} pasted={state.values.token} problem={problems.token} />
          <Button type="submit" variant="primary" pending={pending} className="mt-1 w-full">
            Verify email address
          </Button>
        </form>
      )}
    </>
  );
}
