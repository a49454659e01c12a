import { newEmailAddress, personName } from "#lib/accounts/model/schema.ts";
import { type StartedSession, startSession } from "#lib/accounts/sessions.ts";
import { startUnlessDisabled } from "#lib/accounts/sign-in.ts";
import { insertAccount } from "#lib/accounts/store.ts";
import { reserveSignUp } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type ProviderPerson = { provider: string; subject: string; name: string; email: string | null };

const PROVIDER_PROBLEMS = ["no_email", "email_taken", "sign_up_closed", "disabled", "throttled"] as const;
export type ProviderProblem = (typeof PROVIDER_PROBLEMS)[number];

/**
 * Signs in whom a provider vouches for; on the first time, makes the account. The identity is (provider, subject) and nothing
 * else: an account that merely has the same address stays its owner's (`email_taken`), because an address can change hands.
 */
export async function signInWithProvider(
  person: ProviderPerson,
  caller: Caller,
): Promise<Result<StartedSession, ProviderProblem>> {
  const known = await signInKnown(person, caller);
  if (known) return known;
  const first = await signInFirst(person, caller);
  if (first.ok || first.error !== "email_taken") return first;
  // The same person's other tab may have been quicker.
  return (await signInKnown(person, caller)) ?? first;
}

async function signInKnown(
  { provider, subject }: ProviderPerson,
  caller: Caller,
): Promise<Result<StartedSession, "disabled"> | undefined> {
  const identity = await database().providerIdentity.findUnique({
    where: { provider_subject: { provider, subject } },
    select: { userId: true },
  });
  if (!identity) return undefined;
  const started = await startUnlessDisabled(identity.userId, caller, { with: provider });
  return started.ok ? started : err("disabled");
}

async function signInFirst(
  { provider, subject, name, email }: ProviderPerson,
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
      { name: usableName(name, address.data), email: address.data },
      caller,
    );
    if (!account.ok) return account;
    const userId = account.value.id;
    await transaction.providerIdentity.create({ data: { provider, subject, userId }, select: { userId: true } });
    return ok(await startSession(transaction, userId, caller));
  });
}

/** A provider's name may be empty, overlong or hold what a name can't; a person can't be asked to mend it there. */
function usableName(name: string, email: string): string {
  return personName.safeParse(name).data ?? email.slice(0, email.indexOf("@")).slice(0, 64);
}
