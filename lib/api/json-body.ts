import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";

export const BODY_MAX_BYTES = 1_048_576;

/** Refuses a body that doesn't say it is JSON, before a byte of it is read. */
export const requireJson = createMiddleware<ApiContext>(async (c, next) => {
  const type = c.req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new ApiError("unsupported_media_type");
  await next();
});

/** Stops reading at the limit, also where `Content-Length` is missing. */
export const limitBody = bodyLimit({
  maxSize: BODY_MAX_BYTES,
  onError: () => {
    throw new ApiError("payload_too_large", undefined, { connection: "close" });
  },
});
