"use client";

import { EmailField } from "#components/auth/email-field.tsx";
import { ThrottledButton } from "#components/auth/throttled-button.tsx";
import { inWords } from "#components/auth/wait.ts";
import type { FailureWords } from "#components/frame/form-problems.ts";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { FailureOf } from "#lib/actions/form-state.ts";
import { requestPasswordResetAction } from "#lib/actions/sign-in.ts";

const FIRST = { values: {} };
const PROBLEMS: FailureWords<FailureOf<typeof requestPasswordResetAction>> = {
  throttled: ({ retryAfterSeconds }) => ({
    form: `Too many links were asked for. Try again ${inWords(retryAfterSeconds)}.`,
  }),
  no_mail: { form: "This server sends no mail. Ask its operator for a link." },
};

/** Asks for a link. The answer is the same for an address without an account. */
export function ForgotPasswordForm() {
  const { state, pending, problems, props } = useServerForm(
    requestPasswordResetAction,
    FIRST,
    "forgot-password",
    PROBLEMS,
  );
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <div role="status" className="empty:hidden">
        {state.done && (
          <Notice>
            If <bdi className="break-words">{state.values.email}</bdi> has an account, a link is on its way. It is good
            once, for an hour. Look into the spam folder, too.
          </Notice>
        )}
      </div>
      <EmailField
        typed={state.values.email}
        hint="We send a link with which you can choose a new password."
        error={problems.email}
      />
      <ThrottledButton pending={pending} failure={state.failure}>
        Send reset link
      </ThrottledButton>
    </form>
  );
}
