import { applyEmail } from "#lib/accounts/apply-email.ts";
import { type ConfirmError, confirmPassword } from "#lib/accounts/confirm-password.ts";
import { mailEmailLink } from "#lib/accounts/email-links.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { reserveSignUp, type Throttled } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

type ChangeEmailError = ConfirmError | "email_taken";
/** `link_sent`: the address changes when its user opens the link. */
type Changed = "changed" | "link_sent";

/**
 * Changes the address that the user signs in with, after confirming the password. If email is set
 * up, the new address takes effect when its link is opened. `email_taken` reveals that an address
 * has an account, so each such answer counts as a sign-up.
 */
export async function changeEmail(
  userId: UserId,
  { email, password }: { email: string; password: string },
  caller: Caller,
): Promise<Result<Changed, ChangeEmailError> | Throttled> {
  const confirmed = await confirmPassword(userId, password, caller);
  if (!confirmed.ok) return confirmed;
  if (email === confirmed.value.email) return ok("changed");
  const attempt = await reserveSignUp(caller.address);
  if (!attempt.ok) return attempt;
  const changed = await change(userId, confirmed.value, email, caller);
  await attempt.settle(!changed.ok && changed.error === "email_taken" ? "failed" : "not_tried");
  return changed;
}

async function change(
  userId: UserId,
  { email: from, passwordHash }: { email: string; passwordHash: string },
  to: string,
  caller: Caller,
): Promise<Result<Changed, "wrong_password" | "email_taken"> | Throttled> {
  try {
    return await database().$transaction(async (transaction) => {
      // The password may have changed since it was confirmed, or the account may be deleted.
      const user = await transaction.$queryRaw<unknown[]>`
        SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid AND "passwordHash" = ${passwordHash} FOR NO KEY UPDATE`;
      if (user.length === 0) return err("wrong_password");
      if (!env().SMTP_URL) {
        await applyEmail(transaction, userId, { from, to, isVerified: false }, caller);
        return ok("changed");
      }
      if ((await transaction.user.count({ where: { email: to } })) > 0) return err("email_taken");
      const sent = await mailEmailLink(transaction, userId, to);
      return sent.ok ? ok("link_sent") : sent;
    });
  } catch (error) {
    // Of parallel changes to one address, one succeeds: the address is unique.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") return err("email_taken");
    throw error;
  }
}
