import { env } from "#lib/config/env.ts";

/**
 * Returns the base address for examples and `.env` files: the API's own if it has one, else the
 * dashboard's.
 */
export function apiAddress(host: string | null): string {
  return configuredApiAddress() ?? `http://${host}`;
}

/** Returns the configured address; null if it is the address that the dashboard was reached at. */
export function configuredApiAddress(): string | null {
  const { API_URL, PUBLIC_URL } = env();
  return API_URL ?? PUBLIC_URL ?? null;
}
