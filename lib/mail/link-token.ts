import { createHmac } from "node:crypto";

/**
 * Returns the token of a link in an email. The outbox stores only the seed, which is useless
 * without the installation's secret, so neither the database nor a backup contains a working link.
 */
export function linkToken(seed: string): string {
  const { AUTH_SECRET } = process.env;
  if (!AUTH_SECRET) throw new Error("AUTH_SECRET is not set.");
  return createHmac("sha256", AUTH_SECRET).update(`mail link ${seed}`).digest("base64url");
}
