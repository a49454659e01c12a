import { type ConfirmError, confirmPassword } from "#lib/accounts/confirm-password.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { reserveSignUp, type Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";

type ChangeEmailError = ConfirmError | "email_taken";

/**
 * Changes the address that the user signs in with, after confirming the password. `email_taken`
 * tells that an address has an account, so each such answer counts as a sign-up.
 */
export async function changeEmail(
  userId: UserId,
  { email, password }: { email: string; password: string },
  caller: Caller,
): Promise<Result<undefined, ChangeEmailError> | Throttled> {
  const confirmed = await confirmPassword(userId, password, caller);
  if (!confirmed.ok) return confirmed;
  if (email === confirmed.value.email) return ok();
  const attempt = await reserveSignUp(caller.address);
  if (!attempt.ok) return attempt;
  const changed = await change(userId, confirmed.value, email, caller);
  await attempt.settle(changed.ok ? "not_tried" : "failed");
  return changed;
}

async function change(
  userId: UserId,
  { email: from, passwordHash }: { email: string; passwordHash: string },
  to: string,
  caller: Caller,
): Promise<Result<undefined, "wrong_password" | "email_taken">> {
  try {
    return await database().$transaction(async (transaction) => {
      // The password may have changed since it was confirmed, or the account may be deleted.
      const { count } = await transaction.user.updateMany({ where: { id: userId, passwordHash }, data: { email: to } });
      if (count === 0) return err("wrong_password");
      await recordActivity(transaction, caller, { userId, action: "account.email_changed", details: { from, to } });
      await queueMail(transaction, userId, "account.email_changed", { to }, from);
      return ok();
    });
  } catch (error) {
    // Of parallel changes to one address, one succeeds: the address is unique.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") return err("email_taken");
    throw error;
  }
}
