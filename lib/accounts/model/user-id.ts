declare const brand: unique symbol;

/**
 * The id of the user who owns keys, credits, usage and activity. A plain string isn't one, so that
 * an id from a request never passes for the owner's.
 */
export type UserId = string & { readonly [brand]: "UserId" };

/**
 * Brands an id that was read from the database. Lint allows it in `lib/accounts` and for operators
 * only.
 */
export function asUserId(id: string): UserId {
  return id as UserId;
}
