/**
 * SQL: takes the name, the address and the password from the accounts that `deleted` names (a query of "id" and "deletedAt"). An address
 * is a key of its table: from here on nobody can even point at the row. No new account gets such an address (`newEmailAddress`), but one
 * from before that rule may have it.
 */
export function anonymize(deleted: string): string {
  return `
    UPDATE "User" u SET "name" = 'Deleted account', "passwordHash" = NULL, "deletedAt" = d."deletedAt",
      "disabledAt" = coalesce(u."disabledAt", d."deletedAt"),
      "email" = 'deleted-' || u."id" || CASE WHEN EXISTS (SELECT FROM "User" WHERE "email" = 'deleted-' || u."id" || '@invalid')
        THEN '-' || gen_random_uuid() ELSE '' END || '@invalid'
    FROM (${deleted}) d WHERE u."id" = d."id" AND u."deletedAt" IS NULL`;
}
