import type { UserId } from "#lib/accounts/model/user-id.ts";
import { ALIVE } from "#lib/accounts/sessions.ts";
import { database } from "#lib/database/client.ts";

export type SignInMethods = { hasPassword: boolean; providers: string[]; sessions: number };

/** Reads how a user can sign in, and how many browsers are signed in now. */
export async function findSignInMethods(userId: UserId): Promise<SignInMethods> {
  const [found] = await database().$queryRaw<SignInMethods[]>`
    SELECT "passwordHash" IS NOT NULL AS "hasPassword",
      array(SELECT "provider" FROM "ProviderIdentity" WHERE "userId" = u."id" ORDER BY 1) AS "providers",
      (SELECT count(*)::int FROM "Session" s WHERE s."userId" = u."id" AND ${ALIVE}) AS "sessions"
    FROM "User" u WHERE "id" = ${userId}::uuid`;
  if (!found) throw new Error("The account is gone.");
  return found;
}
