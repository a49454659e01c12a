"use server";

import { redirect } from "next/navigation";
import { redeemEmailLink } from "#lib/accounts/email-links.ts";
import {
  emailLinkInput,
  forgotPasswordInput,
  redeemInput,
  signInInput,
  signUpInput,
} from "#lib/accounts/model/schema.ts";
import { readPasswordLink, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { requestPasswordReset } from "#lib/accounts/password-reset.ts";
import { endSession, type StartedSession } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { done, type Failure, type FormState, failed, formFields, invalid } from "#lib/actions/form-state.ts";
import type { ActiveKeys } from "#lib/api-keys/active-keys.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { signInCaller } from "#lib/auth/known-browser.ts";
import { clearSessionCookie, continueWith, setSessionCookie } from "#lib/auth/next-auth.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { safeNext } from "#lib/auth/safe-next.ts";

type FailureOfCall<Call extends (...args: never[]) => Promise<{ ok: boolean }>> = Extract<
  Awaited<ReturnType<Call>>,
  Failure
>;
type RedeemState = FormState<FailureOfCall<typeof redeemPasswordLink>> & {
  /** The account's active keys, if it has any. */
  activeKeys?: ActiveKeys | undefined;
};

export async function signInAction(
  _: FormState<FailureOfCall<typeof signIn>>,
  form: FormData,
): Promise<FormState<FailureOfCall<typeof signIn>>> {
  const input = signInInput.safeParse(formFields(form));
  if (!input.success) return invalid(form, input.error);
  const signedIn = await signIn(input.data, await signInCaller());
  return signedIn.ok ? enter(form, signedIn.value) : failed(form, signedIn);
}

export async function signUpAction(
  _: FormState<FailureOfCall<typeof signUp>>,
  form: FormData,
): Promise<FormState<FailureOfCall<typeof signUp>>> {
  const input = signUpInput.safeParse(formFields(form));
  if (!input.success) return invalid(form, input.error);
  const signedUp = await signUp(input.data, await requestCaller());
  return signedUp.ok ? enter(form, signedUp.value) : failed(form, signedUp);
}

export async function continueWithAction(form: FormData): Promise<void> {
  const { provider, next } = formFields(form);
  await continueWith(String(provider), safeNext(next));
}

export async function signOutAction(): Promise<void> {
  const user = await currentUser();
  if (user) await endSession(user.userId, user.sessionId, await requestCaller());
  await clearSessionCookie();
  redirect("/sign-in");
}

/** Reads the active keys of the account that a password link belongs to, if it has any. */
export async function readPasswordLinkAction(token: unknown): Promise<ActiveKeys | undefined> {
  const parsed = redeemInput.shape.token.safeParse(token);
  const keys = parsed.success ? await readPasswordLink(parsed.data) : undefined;
  return keys?.ok && keys.value && keys.value.total > 0 ? keys.value : undefined;
}

export async function redeemPasswordLinkAction(_: RedeemState, form: FormData): Promise<RedeemState> {
  const activeKeys = () => readPasswordLinkAction(formFields(form).token);
  const input = redeemInput.safeParse(formFields(form));
  if (!input.success) return { ...invalid(form, input.error), activeKeys: await activeKeys() };
  const redeemed = await redeemPasswordLink(input.data, await requestCaller());
  if (!redeemed.ok) return { ...failed(form, redeemed), activeKeys: await activeKeys() };
  redirect("/sign-in?notice=password_changed");
}

export async function requestPasswordResetAction(
  _: FormState<FailureOfCall<typeof requestPasswordReset>>,
  form: FormData,
): Promise<FormState<FailureOfCall<typeof requestPasswordReset>>> {
  const input = forgotPasswordInput.safeParse(formFields(form));
  if (!input.success) return invalid(form, input.error);
  const requested = await requestPasswordReset(input.data.email, await requestCaller());
  return requested.ok ? done(input.data, undefined) : failed(form, requested);
}

/** Returns the verified address. */
export async function redeemEmailLinkAction(
  _: FormState<FailureOfCall<typeof redeemEmailLink>, string>,
  form: FormData,
): Promise<FormState<FailureOfCall<typeof redeemEmailLink>, string>> {
  const input = emailLinkInput.safeParse(formFields(form));
  if (!input.success) return invalid(form, input.error) as FormState<never, string>;
  const redeemed = await redeemEmailLink(input.data.token, await requestCaller());
  if (!redeemed.ok) return failed(form, redeemed) as FormState<typeof redeemed, string>;
  return done({}, redeemed.value.email);
}

async function enter(form: FormData, session: StartedSession): Promise<never> {
  await setSessionCookie(session);
  redirect(safeNext(formFields(form).next));
}
