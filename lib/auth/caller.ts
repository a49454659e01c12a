import { headers } from "next/headers";
import type { Caller } from "#lib/activity/record.ts";
import { noteBegun } from "#lib/auth/current-request.ts";

/** The person behind the current request. The server has overwritten `x-forwarded-for` with the one address it believes. */
export async function requestCaller(): Promise<Caller> {
  noteBegun();
  const request = await headers();
  return { actor: "user", address: request.get("x-forwarded-for"), userAgent: request.get("user-agent") };
}
