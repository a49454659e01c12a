import { verifyPassword } from "#lib/accounts/password.ts";
import { reserveSignIn, type Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type ChangeEmailError = "wrong_password" | "email_taken" | "busy" | "no_password";

/** Gives the account another address, by which its person signs in from now on, for whoever knows the password. */
export async function changeEmail(
  userId: string,
  { email, password }: { email: string; password: string },
  caller: Caller,
): Promise<Result<undefined, ChangeEmailError> | Throttled> {
  const user = await database().user.findUniqueOrThrow({
    where: { id: userId },
    select: { email: true, passwordHash: true },
  });
  if (!user.passwordHash) return err("no_password");
  const attempt = await reserveSignIn(user.email, caller.address);
  if (!attempt.ok) return attempt;
  const matches = await verifyPassword(user.passwordHash, password);
  if (matches !== true) {
    await attempt.settle(matches === "busy" ? "not_tried" : "failed");
    return err(matches === "busy" ? "busy" : "wrong_password");
  }
  await attempt.settle("succeeded");
  if (email === user.email) return ok();
  return database()
    .$transaction(async (transaction) => {
      // Of two accounts that want one address at the same time, one gets it; nothing is thrown for the other.
      const changed = await transaction.$executeRaw`
      UPDATE "User" SET "email" = ${email} WHERE "id" = ${userId}::uuid
        AND NOT EXISTS (SELECT FROM "User" WHERE "email" = ${email})`;
      if (changed === 0) return err("email_taken");
      await recordActivity(transaction, caller, {
        userId,
        action: "account.email_changed",
        details: { from: user.email, to: email },
      });
      return ok();
    })
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code === "P2002" || /23505/.test(String((error as Error).message)))
        return err("email_taken" as const);
      throw error;
    });
}
