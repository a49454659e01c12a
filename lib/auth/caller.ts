import { headers } from "next/headers";
import type { Caller } from "#lib/activity/record.ts";
import { noteBegun } from "#lib/auth/current-request.ts";

/**
 * Returns the caller of the current request. Our server has replaced `x-forwarded-for` with the
 * address it trusts.
 */
export async function requestCaller(): Promise<Caller> {
  noteBegun();
  const request = await headers();
  return { actor: "user", address: request.get("x-forwarded-for"), userAgent: request.get("user-agent") };
}
