/**
 * SQL: the row belongs to the account `$1`. Every statement that reads one account's credits has
 * this condition; it is the one to change when an organization can own keys. Charges and refunds
 * are decided for many accounts at once, whose ids API authentication gave.
 */
export const owned = (row: string) => `${row}."userId" = $1`;
