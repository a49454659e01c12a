import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { StartedSession } from "#lib/accounts/sessions.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import type { Caller } from "#lib/activity/record.ts";
import { database } from "#lib/database/client.ts";

export const PASSWORD = "correct horse battery";

let users = 0;
export const newEmail = () => `user-${users++}@example.com`;
export const from = (host: number): Caller => ({ actor: "user", address: `198.18.0.${host}`, userAgent: "vitest" });
/** Returns a caller with an address of its own, which no other test's attempts count against. */
export const caller = () => from((users++ % 250) + 1);

export async function signUpAs(email: string, password = PASSWORD): Promise<StartedSession> {
  const signedUp = await signUp({ name: "Ada", email, password }, caller());
  if (!signedUp.ok) throw new Error(signedUp.error);
  return signedUp.value;
}

export function activityOf(userId: UserId) {
  return database().activity.findMany({ where: { userId }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
}
