import type { SignInInput } from "#lib/accounts/model/schema.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { verifyPassword } from "#lib/accounts/password.ts";
import { type StartedSession, startSession } from "#lib/accounts/sessions.ts";
import { reserveSignIn } from "#lib/accounts/sign-in-throttle.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { shortAgent } from "#lib/usage/agent.ts";

/**
 * Starts a session after checking the password. An unknown address, an account without a password
 * and a wrong password have the same outcome and cost the same work (OWASP ASVS 5, 6.3.8).
 * `disabled` is answered only to the right password.
 */
export async function signIn(
  { email, password }: SignInInput,
  caller: Caller,
): Promise<Result<StartedSession, "wrong_credentials" | "disabled" | "busy"> | Throttled> {
  const attempt = await reserveSignIn(email, caller.address);
  if (!attempt.ok) return attempt;

  const user = await database().user.findUnique({ where: { email }, select: { id: true, passwordHash: true } });
  const matches = await verifyPassword(user?.passwordHash ?? null, password, caller.address);
  if (matches === "busy") {
    await attempt.settle("not_tried");
    return err("busy");
  }
  if (!user || !matches) {
    await attempt.settle("failed");
    return err("wrong_credentials");
  }
  const started = await startUnlessDisabled(asUserId(user.id), caller, { with: "password" }, user.passwordHash);
  await attempt.settle("succeeded");
  return started;
}

/**
 * Starts a session under a lock of the user's row, so that disabling the account, or changing the
 * password that was checked, doesn't miss it.
 */
export function startUnlessDisabled(
  userId: UserId,
  caller: Caller,
  details: { with: string },
  passwordHash: string | null = null,
): Promise<Result<StartedSession, "disabled" | "wrong_credentials">> {
  return database().$transaction(async (transaction) => {
    const [user] = await transaction.$queryRaw<{ disabled: boolean }[]>`
      SELECT "disabledAt" IS NOT NULL AS "disabled" FROM "User"
      WHERE "id" = ${userId}::uuid AND (${passwordHash}::text IS NULL OR "passwordHash" = ${passwordHash}) FOR SHARE`;
    if (!user) return err("wrong_credentials");
    if (user.disabled) return err("disabled");
    const session = await startSession(transaction, userId, caller);
    await recordActivity(transaction, caller, { userId, action: "account.signed_in", details });
    if (caller.signedInBefore?.includes(userId) === false)
      await queueMail(transaction, userId, "account.new_browser", {
        userAgent: shortAgent(caller.userAgent ?? ""),
        address: caller.address ?? "",
      });
    return ok(session);
  });
}
