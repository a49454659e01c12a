import { createMiddleware } from "hono/factory";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";

export const BODY_MAX_BYTES = 1_048_576;

/** Rejects a body that isn't declared as plain JSON in UTF-8, before reading any of it. */
export const requireJson = createMiddleware<ApiContext>(async (c, next) => {
  const contentType = c.req.header("content-type")?.toLowerCase() ?? "";
  if (contentType.split(";", 1)[0]?.trim() !== "application/json") throw new ApiError("unsupported_media_type");
  for (const [, charset] of contentType.matchAll(/;\s*charset\s*=\s*"?([^";]*)/g))
    if (!/^utf-?8$/.test(charset?.trim() ?? ""))
      throw new ApiError("unsupported_media_type", "The body must be in UTF-8");
  const encoding = c.req.header("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity")
    throw new ApiError("unsupported_media_type", "The body must be sent without Content-Encoding", {
      "accept-encoding": "identity",
    });
  await next();
});

/**
 * Reads the body for the handlers that follow, up to the limit even without `Content-Length`.
 * Rejects invalid UTF-8, which would be charged as a different prompt.
 */
export const readBody = createMiddleware<ApiContext>(async (c, next) => {
  const { body, headers } = c.req.raw;
  if (Number(headers.get("content-length")) > BODY_MAX_BYTES) throw tooLarge();
  const text = decode(await readLimited(body));
  // Hono takes a body that was read already from here.
  c.req.bodyCache.text = Promise.resolve(text) as never;
  await next();
});

/**
 * Reads the whole body. Doesn't cancel the reader, which would close the connection before the
 * answer.
 */
async function readLimited(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<Buffer> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.length;
    if (size > BODY_MAX_BYTES) throw tooLarge();
    chunks.push(next.value);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError("invalid_request", "The body is not valid UTF-8");
  }
}

function tooLarge(): ApiError {
  return new ApiError("payload_too_large", undefined, { connection: "close" });
}
