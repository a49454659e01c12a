import { createMiddleware } from "hono/factory";
import type { ApiContext } from "#lib/api/context.ts";
import { readCredential } from "#lib/api/credential.ts";
import { ApiError } from "#lib/api/errors.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { log } from "#lib/log.ts";
import { noteUse } from "#lib/usage/last-use.ts";

const CHALLENGE = 'Bearer realm="GoodTake API"';

/** Lets a request with a valid key through and puts the key into the context; else the one 401, whatever the cause. */
export const authenticate = createMiddleware<ApiContext>(async (c, next) => {
  const { rawHeaders, headers } = c.env.incoming;
  const credential = readCredential(rawHeaders);
  if (credential.kind === "none") throw unauthorized(CHALLENGE);
  const verification =
    credential.kind === "key" ? await verifySecret(credential.secret) : ({ ok: false, cause: "malformed" } as const);
  if (!verification.ok) {
    log().debug({ requestId: c.var.requestId, cause: verification.cause }, "a key was refused");
    throw unauthorized(`${CHALLENGE}, error="invalid_token"`);
  }
  const { key } = verification;
  // The server has overwritten the header with the one address that can be believed.
  noteUse(key.id, {
    at: new Date(),
    address: headers["x-forwarded-for"]?.toString() ?? "",
    agent: headers["user-agent"],
  });
  c.set("key", key);
  await next();
});

function unauthorized(challenge: string): ApiError {
  return new ApiError("unauthorized", undefined, { "www-authenticate": challenge });
}
