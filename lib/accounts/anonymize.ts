/**
 * SQL: removes the name, the address and the password of the accounts in `deleted`, a query of "id"
 * and "deletedAt". No new account gets an address of `@invalid` (`newEmailAddress`), but an account
 * from before that rule may have one.
 */
export function anonymize(deleted: string): string {
  return `
    UPDATE "User" u SET "name" = 'Deleted account', "passwordHash" = NULL, "deletedAt" = d."deletedAt",
      "disabledAt" = coalesce(u."disabledAt", d."deletedAt"),
      "email" = 'deleted-' || u."id" || CASE WHEN EXISTS (SELECT FROM "User" WHERE "email" = 'deleted-' || u."id" || '@invalid')
        THEN '-' || gen_random_uuid() ELSE '' END || '@invalid'
    FROM (${deleted}) d WHERE u."id" = d."id" AND u."deletedAt" IS NULL`;
}
