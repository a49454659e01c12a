import { mailEmailLink } from "#lib/accounts/email-links.ts";
import { newEmailAddress, userName } from "#lib/accounts/model/schema.ts";
import { asUserId } from "#lib/accounts/model/user-id.ts";
import { type StartedSession, startSession } from "#lib/accounts/sessions.ts";
import { startUnlessDisabled } from "#lib/accounts/sign-in.ts";
import { insertAccount } from "#lib/accounts/store.ts";
import { reserveSignUp } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type ProviderUser = {
  provider: string;
  subject: string;
  name: string;
  email: string | null;
  /** The provider says that it has verified the address. */
  isVerified?: boolean;
};

const PROVIDER_PROBLEMS = ["no_email", "email_taken", "sign_up_closed", "disabled", "throttled"] as const;
export type ProviderProblem = (typeof PROVIDER_PROBLEMS)[number];

/**
 * Signs in the user that a provider names; creates the account on the first time. The identity is
 * (provider, subject) alone: an account with the same address isn't linked (`email_taken`), because
 * an address can change hands.
 */
export async function signInWithProvider(
  user: ProviderUser,
  caller: Caller,
): Promise<Result<StartedSession, ProviderProblem>> {
  const known = await signInKnown(user, caller);
  if (known) return known;
  const first = await signInFirst(user, caller);
  if (first.ok || first.error !== "email_taken") return first;
  // Another tab of the same user may have created the account meanwhile.
  return (await signInKnown(user, caller)) ?? first;
}

async function signInKnown(
  { provider, subject }: ProviderUser,
  caller: Caller,
): Promise<Result<StartedSession, "disabled"> | undefined> {
  const identity = await database().providerIdentity.findUnique({
    where: { provider_subject: { provider, subject } },
    select: { userId: true },
  });
  if (!identity) return undefined;
  const started = await startUnlessDisabled(asUserId(identity.userId), caller, { with: provider });
  return started.ok ? started : err("disabled");
}

async function signInFirst(
  { provider, subject, name, email, isVerified = false }: ProviderUser,
  caller: Caller,
): Promise<Result<StartedSession, ProviderProblem>> {
  if (env().SIGN_UP === "closed") return err("sign_up_closed");
  const address = newEmailAddress.safeParse(email);
  if (!address.success) return err("no_email");
  const attempt = await reserveSignUp(caller.address);
  if (!attempt.ok) return err("throttled");

  return database().$transaction(async (transaction) => {
    const account = await insertAccount(
      transaction,
      { name: usableName(name, address.data), email: address.data, isVerified },
      caller,
    );
    if (!account.ok) return account;
    const userId = account.value.id;
    await transaction.providerIdentity.create({ data: { provider, subject, userId }, select: { userId: true } });
    if (env().SMTP_URL && !isVerified) await mailEmailLink(transaction, userId, address.data);
    return ok(await startSession(transaction, userId, caller));
  });
}

/**
 * Returns the provider's name, or the local part of the address if the name is empty, too long or
 * not allowed.
 */
function usableName(name: string, email: string): string {
  return userName.safeParse(name).data ?? email.slice(0, email.indexOf("@")).slice(0, 64);
}
