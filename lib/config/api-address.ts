import { env } from "#lib/config/env.ts";

/** The base address for examples and `.env` files: the API's own if it has one, else the dashboard's. */
export function apiAddress(host: string | null): string {
  return configuredApiAddress() ?? `http://${host}`;
}

/** The same, or null where it is whatever address the dashboard was reached at. */
export function configuredApiAddress(): string | null {
  const { API_URL, PUBLIC_URL } = env();
  return API_URL ?? PUBLIC_URL ?? null;
}
