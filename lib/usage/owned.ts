/**
 * SQL: the row belongs to the user `$1`. Every statement that reads usage has this condition; it is
 * the one to change when an organization can own keys.
 */
export const owned = (row: "c" | "d" | "h" | "k" | "l" | "p" | "r" | "s") => `${row}."userId" = $1`;
