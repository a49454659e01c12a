import type { UserId } from "#lib/accounts/model/user-id.ts";
import { verifyPassword } from "#lib/accounts/password.ts";
import { reserveSignIn } from "#lib/accounts/sign-in-throttle.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type ConfirmError = "missing_password" | "wrong_password" | "no_password" | "busy";
type Confirmed = { email: string; name: string; passwordHash: string };

/**
 * Confirms the password before a change that a stolen session must not make. Guesses are throttled
 * as at sign-in, so that a stolen session can't be used to guess the password.
 */
export async function confirmPassword(
  userId: UserId,
  password: string,
  caller: Caller,
): Promise<Result<Confirmed, ConfirmError> | Throttled> {
  const { passwordHash, ...user } = await database().user.findUniqueOrThrow({
    where: { id: userId },
    select: { email: true, name: true, passwordHash: true },
  });
  if (!passwordHash) return err("no_password");
  if (!password) return err("missing_password");
  const attempt = await reserveSignIn(user.email, caller.address);
  if (!attempt.ok) return attempt;
  const matches = await verifyPassword(passwordHash, password, caller.address);
  await attempt.settle(matches === "busy" ? "not_tried" : matches ? "succeeded" : "failed");
  if (matches === "busy") return err("busy");
  return matches ? ok({ ...user, passwordHash }) : err("wrong_password");
}
