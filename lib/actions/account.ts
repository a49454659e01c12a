"use server";

import { refresh } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { type ChangeEmailError, changeEmail } from "#lib/accounts/change-email.ts";
import { type ChangePasswordError, changePassword } from "#lib/accounts/change-password.ts";
import { confirmPerson } from "#lib/accounts/confirm-person.ts";
import { type DeleteAccountError, deleteAccount } from "#lib/accounts/delete-account.ts";
import { type UnlinkError, unlinkProvider } from "#lib/accounts/linked-providers.ts";
import {
  changeEmailInput,
  changePasswordInput,
  changeWayInput,
  deleteAccountInput,
  endSessionsInput,
  personName,
} from "#lib/accounts/schema.ts";
import { endSession, endSessions } from "#lib/accounts/sessions.ts";
import { renameAccount } from "#lib/accounts/store.ts";
import { formFields } from "#lib/actions/form-fields.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { clearSessionCookie, continueWith } from "#lib/auth/next-auth.ts";
import { providerButtons } from "#lib/auth/providers.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { setResponseStatus } from "#lib/http/response-status.ts";

/** One kind for each error, so that a form can tell them apart. */
type Refusal<E extends string> =
  | (E extends unknown ? { error: E } : never)
  | { error: "throttled"; retryAfterSeconds: number };

export type NameState = { values: Record<string, string>; error?: string; done?: boolean };
export type PasswordState = {
  values: Record<string, string>;
  fields?: Record<string, string[] | undefined>;
  refusal?: Refusal<ChangePasswordError>;
  /** How many other browsers were signed out. */
  ended?: number;
};

export async function renameAccountAction(_: NameState, form: FormData): Promise<NameState> {
  const user = await requireUser();
  const name = String(formFields(form).name ?? "");
  const parsed = personName.safeParse(name);
  if (!parsed.success) return { values: { name }, error: parsed.error.issues[0]?.message };
  await renameAccount(user.id, parsed.data, await requestCaller());
  refresh();
  return { values: { name: parsed.data }, done: true };
}

export type EmailState = {
  values: Record<string, string>;
  fields?: Record<string, string[] | undefined>;
  refusal?: Refusal<ChangeEmailError>;
  done?: boolean;
};

export async function changeEmailAction(_: EmailState, form: FormData): Promise<EmailState> {
  const user = await requireUser();
  const values = { email: String(formFields(form).email ?? "") };
  const input = changeEmailInput.safeParse(formFields(form));
  if (!input.success) return { values, fields: z.flattenError(input.error).fieldErrors };
  const changed = await changeEmail(user.id, input.data, await requestCaller());
  if (changed.ok) {
    refresh();
    return { values: { email: input.data.email }, done: true };
  }
  return { values, refusal: refused(changed) };
}

export async function changePasswordAction(_: PasswordState, form: FormData): Promise<PasswordState> {
  const user = await requireUser();
  const input = changePasswordInput.safeParse(formFields(form));
  if (!input.success) return { values: {}, fields: z.flattenError(input.error).fieldErrors };
  const changed = await changePassword(
    { userId: user.id, sessionId: user.sessionId },
    input.data,
    await requestCaller(),
  );
  if (changed.ok) {
    refresh();
    return { values: {}, ended: changed.value };
  }
  return { values: {}, refusal: refused(changed) };
}

export type SessionsState = { ended?: number };

/** One other browser by its id, or all `others`. */
export async function endSessionsAction(_: SessionsState, form: FormData): Promise<SessionsState> {
  const user = await requireUser();
  const { id } = endSessionsInput.parse(formFields(form));
  const caller = await requestCaller();
  if (id === null || id === user.sessionId) return {};
  const ended = await (id === "others"
    ? endSessions(user.id, caller, user.sessionId)
    : endSession(user.id, id, caller));
  refresh();
  return { ended };
}

export type WayState = { values: Record<string, string>; refusal?: Refusal<UnlinkError>; done?: boolean };

/** Makes sure that it is the person before the way to the provider, because a way in outlives the session that added it. */
export async function linkProviderAction(_: WayState, form: FormData): Promise<WayState> {
  const { id: userId, sessionId } = await requireUser();
  const { provider, password } = changeWayInput.parse(formFields(form));
  const confirmed = await confirmPerson({ userId, sessionId }, password, await requestCaller());
  if (!confirmed.ok) return { values: {}, refusal: refused(confirmed) };
  return continueWith(provider, "/settings/account", sessionId);
}

export async function unlinkProviderAction(_: WayState, form: FormData): Promise<WayState> {
  const { id: userId, sessionId } = await requireUser();
  const input = changeWayInput.parse(formFields(form));
  const configured = providerButtons().map(({ id }) => id);
  const unlinked = await unlinkProvider({ userId, sessionId }, input, configured, await requestCaller());
  if (!unlinked.ok) return { values: {}, refusal: refused(unlinked) };
  refresh();
  return { values: {}, done: true };
}

export type DeleteAccountState = { values: Record<string, string>; refusal?: Refusal<DeleteAccountError> };

export async function deleteAccountAction(_: DeleteAccountState, form: FormData): Promise<DeleteAccountState> {
  const { id: userId, sessionId } = await requireUser();
  const input = deleteAccountInput.parse(formFields(form));
  const deleted = await deleteAccount({ userId, sessionId }, input, await requestCaller());
  if (!deleted.ok) return { values: { email: input.email }, refusal: refused(deleted) };
  await clearSessionCookie();
  redirect("/sign-in?notice=account_deleted");
}

function refused<R extends { error: string }>(refusal: R): R {
  if (refusal.error === "throttled") setResponseStatus(429);
  if (refusal.error === "busy") setResponseStatus(503);
  return refusal;
}
