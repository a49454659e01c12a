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

/**
 * Stops reading at the limit, also where `Content-Length` is missing. (Hono's own copies the listener's request into a new one, which
 * Node's class refuses.)
 */
export const limitBody = createMiddleware<ApiContext>(async (c, next) => {
  const { body, headers, signal } = c.req.raw;
  const declared = headers.get("content-length");
  if (declared && Number(declared) > BODY_MAX_BYTES) throw tooLarge();
  if (body && !declared)
    c.req.raw = new Request(c.req.url, { method: c.req.method, headers, signal, body: await readLimited(body) });
  await next();
});

/** The whole body. The reader is left as it is, because cancelling it would end the connection before it is answered. */
async function readLimited(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Blob> {
  const reader = body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > BODY_MAX_BYTES) throw tooLarge();
    chunks.push(next.value);
  }
  return new Blob(chunks);
}

function tooLarge(): ApiError {
  return new ApiError("payload_too_large", undefined, { connection: "close" });
}
