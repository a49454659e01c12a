"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { readPasswordLink, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { redeemInput, signInInput, signUpInput } from "#lib/accounts/schema.ts";
import { endSession } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { formFields } from "#lib/actions/form-fields.ts";
import type { ActiveKeys } from "#lib/api-keys/active-keys.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { clearSessionCookie, continueWith, setSessionCookie } from "#lib/auth/next-auth.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { safeNext } from "#lib/auth/safe-next.ts";
import { setResponseStatus } from "#lib/http/response-status.ts";

type Refusal<E extends string> = { ok: false; error: E; retryAfterSeconds?: number };
/** What a form shows after an attempt: what was typed, never the password, and what was wrong with it. */
export type FormState<E extends string> = {
  values: Record<string, string>;
  fields?: Record<string, string[] | undefined>;
  refusal?: Refusal<E>;
};

export type SignInState = FormState<Extract<Awaited<ReturnType<typeof signIn>>, { ok: false }>["error"]>;
export type SignUpState = FormState<Extract<Awaited<ReturnType<typeof signUp>>, { ok: false }>["error"]>;
export type RedeemState = FormState<Extract<Awaited<ReturnType<typeof redeemPasswordLink>>, { ok: false }>["error"]> & {
  /** Where the account has active keys. */
  activeKeys?: ActiveKeys | undefined;
};

export async function signInAction(_: SignInState, form: FormData): Promise<SignInState> {
  const input = signInInput.safeParse(formFields(form));
  if (!input.success) return invalid(form, input.error);
  const signedIn = await signIn(input.data, await requestCaller());
  if (!signedIn.ok) return refused(form, signedIn);
  await setSessionCookie(signedIn.value);
  redirect(safeNext(formFields(form).next));
}

export async function signUpAction(_: SignUpState, form: FormData): Promise<SignUpState> {
  const input = signUpInput.safeParse(formFields(form));
  if (!input.success) return invalid(form, input.error);
  const signedUp = await signUp(input.data, await requestCaller());
  if (!signedUp.ok) return refused(form, signedUp);
  await setSessionCookie(signedUp.value);
  redirect(safeNext(formFields(form).next));
}

export async function continueWithAction(form: FormData): Promise<void> {
  const { provider, next } = formFields(form);
  await continueWith(String(provider), safeNext(next));
}

export async function signOutAction(): Promise<void> {
  const user = await currentUser();
  if (user) await endSession(user.id, user.sessionId, await requestCaller());
  await clearSessionCookie();
  redirect("/sign-in");
}

/** The active keys of the account that a password link belongs to, if it has any. */
export async function readPasswordLinkAction(token: unknown): Promise<ActiveKeys | undefined> {
  const parsed = redeemInput.shape.token.safeParse(token);
  const keys = parsed.success ? await readPasswordLink(parsed.data) : undefined;
  return keys?.ok && keys.value.total > 0 ? keys.value : undefined;
}

export async function redeemPasswordLinkAction(_: RedeemState, form: FormData): Promise<RedeemState> {
  const activeKeys = () => readPasswordLinkAction(formFields(form).token);
  const input = redeemInput.safeParse(formFields(form));
  if (!input.success) return { ...invalid(form, input.error), activeKeys: await activeKeys() };
  const redeemed = await redeemPasswordLink(input.data, await requestCaller());
  if (!redeemed.ok) return { ...refused(form, redeemed), activeKeys: await activeKeys() };
  redirect("/sign-in?notice=password_changed");
}

function invalid(form: FormData, error: z.ZodError): FormState<never> {
  return { values: typed(form), fields: z.flattenError(error).fieldErrors };
}

function refused<E extends string>(form: FormData, refusal: Refusal<E>): FormState<E> {
  if (refusal.error === "throttled") setResponseStatus(429);
  if (refusal.error === "busy") setResponseStatus(503);
  return { values: typed(form), refusal };
}

function typed(form: FormData): Record<string, string> {
  const fields = formFields(form);
  return Object.fromEntries(
    ["name", "email", "token", "keys"].flatMap((field) => {
      const value = fields[field];
      return typeof value === "string" ? [[field, value]] : [];
    }),
  );
}
