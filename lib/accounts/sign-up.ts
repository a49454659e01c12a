import { mailEmailLink } from "#lib/accounts/email-links.ts";
import type { SignUpInput } from "#lib/accounts/model/schema.ts";
import { hashPassword } from "#lib/accounts/password.ts";
import { passwordWeakness } from "#lib/accounts/password-strength.ts";
import { type StartedSession, startSession } from "#lib/accounts/sessions.ts";
import { insertAccount } from "#lib/accounts/store.ts";
import { reserveSignUp, type Throttled } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** Creates an account with a password and starts a session. */
export async function signUp(
  input: SignUpInput,
  caller: Caller,
): Promise<
  | Result<StartedSession, "sign_up_closed" | "common_password" | "own_name_password" | "email_taken" | "busy">
  | Throttled
> {
  if (env().SIGN_UP !== "open") return err("sign_up_closed");
  const weakness = passwordWeakness(input.password, input);
  if (weakness) return err(weakness);
  const attempt = await reserveSignUp(caller.address);
  if (!attempt.ok) return attempt;

  const passwordHash = await hashPassword(input.password, caller.address);
  if (passwordHash === "busy") {
    await attempt.settle("not_tried");
    return err("busy");
  }
  return database().$transaction(async (transaction) => {
    const account = await insertAccount(transaction, { name: input.name, email: input.email, passwordHash }, caller);
    if (!account.ok) return account;
    // An address that already got its emails for the day can be verified later.
    if (env().SMTP_URL) await mailEmailLink(transaction, account.value.id, input.email);
    return ok(await startSession(transaction, account.value.id, caller));
  });
}
