import { verifyPassword } from "#lib/accounts/password.ts";
import type { SignInInput } from "#lib/accounts/schema.ts";
import { type StartedSession, startSession } from "#lib/accounts/sessions.ts";
import { reserveSignIn, type Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

/**
 * Starts a session for whoever knows the password. An unknown address, an account without a password and a wrong password
 * are one outcome, by the same work (OWASP ASVS 5, 6.3.8). `disabled` is only told to who knows the password.
 */
export async function signIn(
  { email, password }: SignInInput,
  caller: Caller,
): Promise<Result<StartedSession, "wrong_credentials" | "disabled" | "busy"> | Throttled> {
  const attempt = await reserveSignIn(email, caller.address);
  if (!attempt.ok) return attempt;

  const user = await database().user.findUnique({ where: { email }, select: { id: true, passwordHash: true } });
  const matches = await verifyPassword(user?.passwordHash ?? null, password);
  if (matches === "busy") {
    await attempt.settle("not_tried");
    return err("busy");
  }
  if (!user || !matches) {
    await attempt.settle("failed");
    return err("wrong_credentials");
  }
  const session = await startUnlessDisabled(user.id, caller, { with: "password" });
  await attempt.settle("succeeded");
  return session ? ok(session) : err("disabled");
}

/** Locks the person against a change from disabling in between, which ends only the sessions that it sees. */
export function startUnlessDisabled(
  userId: string,
  caller: Caller,
  details: { with: string },
): Promise<StartedSession | undefined> {
  return database().$transaction(async (transaction) => {
    const enabled = await transaction.$queryRaw<unknown[]>`
      SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid AND "disabledAt" IS NULL FOR SHARE`;
    if (enabled.length === 0) return undefined;
    const session = await startSession(transaction, userId, caller);
    await recordActivity(transaction, caller, { userId, action: "account.signed_in", details });
    return session;
  });
}
