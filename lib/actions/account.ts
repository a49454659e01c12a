"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { changeEmail } from "#lib/accounts/change-email.ts";
import { changePassword } from "#lib/accounts/change-password.ts";
import { confirmUser } from "#lib/accounts/confirm-user.ts";
import { deleteAccount } from "#lib/accounts/delete-account.ts";
import { resendEmailLink } from "#lib/accounts/email-links.ts";
import { type UnlinkError, unlinkProvider } from "#lib/accounts/linked-providers.ts";
import {
  changeEmailInput,
  changePasswordInput,
  deleteAccountInput,
  endSessionsInput,
  renameAccountInput,
  signInMethodInput,
} from "#lib/accounts/model/schema.ts";
import { endSession, endSessions } from "#lib/accounts/sessions.ts";
import { renameAccount } from "#lib/accounts/store.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import { userAction, userFormAction } from "#lib/actions/user-action.ts";
import { clearSessionCookie, continueWith } from "#lib/auth/next-auth.ts";
import { providerButtons } from "#lib/auth/providers.ts";
import { changeLeakGrace } from "#lib/leaks/grace.ts";
import { leakGraceInput } from "#lib/leaks/model/schema.ts";
import { NOTICE_SETTINGS } from "#lib/mail/model/notice-settings.ts";
import { noticesInput } from "#lib/mail/model/schema.ts";
import { changeMutedNotices } from "#lib/mail/muted-notices.ts";
import { err, ok, type Result } from "#lib/result.ts";

export const renameAccountAction = userFormAction(renameAccountInput, async ({ userId, caller }, { name }) =>
  ok(await renameAccount(userId, name, caller)),
);

export const changeEmailAction = userFormAction(changeEmailInput, ({ userId, caller }, input) =>
  changeEmail(userId, input, caller),
);

const resendEmailLinkOf = userAction(z.instanceof(FormData), ({ userId }) => resendEmailLink(userId));

/** Emails another link that verifies the address. The page says when it was sent. */
export async function resendEmailLinkAction(form: FormData): Promise<void> {
  await resendEmailLinkOf(form);
}

/** Answers with the number of other sessions that ended. */
export const changePasswordAction = userFormAction(changePasswordInput, (user, input) =>
  changePassword(user, input, user.caller),
);

/** Ends one other session, or all `others`; answers with their number. */
export const endSessionsAction = userFormAction(endSessionsInput, async (user, { id }) => {
  if (id === user.sessionId) return err("own_session");
  return ok(
    await (id === "others"
      ? endSessions(user.userId, user.caller, user.sessionId)
      : endSession(user.userId, id, user.caller)),
  );
});

/**
 * Confirms the user before the redirect, because a sign-in method outlives the session that added
 * it.
 */
export const linkProviderAction = userFormAction(
  signInMethodInput,
  async (user, { provider, password }): Promise<Result<undefined, UnlinkError> | Throttled> => {
    const confirmed = await confirmUser(user, password, user.caller);
    if (!confirmed.ok) return confirmed;
    return continueWith(provider, "/settings/account", user.sessionId);
  },
);

export const unlinkProviderAction = userFormAction(signInMethodInput, (user, input) =>
  unlinkProvider(
    user,
    input,
    providerButtons().map(({ id }) => id),
    user.caller,
  ),
);

export const changeNoticesAction = userFormAction(noticesInput, async ({ userId }, on) =>
  ok(
    await changeMutedNotices(
      userId,
      NOTICE_SETTINGS.filter((setting) => !on[setting]),
    ),
  ),
);

export const changeLeakGraceAction = userFormAction(leakGraceInput, async ({ userId, caller }, { graced }) =>
  ok(await changeLeakGrace(userId, graced === "on", caller)),
);

export const deleteAccountAction = userFormAction(deleteAccountInput, async (user, input) => {
  const deleted = await deleteAccount(user, input, user.caller);
  if (!deleted.ok) return deleted;
  await clearSessionCookie();
  redirect("/sign-in?notice=account_deleted");
});
