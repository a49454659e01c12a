import { env } from "#lib/env.ts";

/** The base address for examples and `.env` files: the API's own if it has one, else the dashboard's. */
export function apiAddress(host: string | null): string {
  const { API_URL, PUBLIC_URL } = env();
  return API_URL ?? PUBLIC_URL ?? `http://${host}`;
}
