import { ReadableStream } from "node:stream/web";
import { setImmediate } from "node:timers/promises";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { afterReading } from "#lib/api/after-reading.ts";
import { authenticate, requireScopes } from "#lib/api/authenticate.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";
import { readIdempotencyKey } from "#lib/api/idempotency-key.ts";
import { readBody, requireJson } from "#lib/api/json-body.ts";
import { AUTHENTICATED, answers } from "#lib/api/openapi.ts";
import { findRemaining } from "#lib/credits/store.ts";
import type { Generate } from "#lib/generation/generation.ts";
import { type BusyError, takePlace } from "#lib/generation/in-flight.ts";
import { generatedImage, generateImageInput } from "#lib/generation/model/schema.ts";
import { answerMaxBytes } from "#lib/generation/model-ark.ts";
import { generatePaid, type PaidGenerationError } from "#lib/generation/paid.ts";
import { fingerprint } from "#lib/idempotency/store.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

const CREDITS = 1;
const SCOPE = "images:write";

const route = createRoute({
  method: "post",
  path: "/bytedance/generate-image",
  tags: ["Images"],
  operationId: "generateImage",
  summary: "Generate an image",
  description: `Costs ${CREDITS} credit, or nothing if it fails. Requires the permission \`${SCOPE}\`.`,
  security: AUTHENTICATED,
  middleware: [authenticate, requireScopes(SCOPE), requireJson, readBody] as const,
  request: {
    headers: z.object({
      "idempotency-key": z.string().optional().meta({
        minLength: 1,
        description:
          "Makes a retry safe: for 24 hours the same key with the same body gives the first answer and costs nothing more. An answer of more than 1 MiB is not kept, and a retry gets 409.",
      }),
    }),
    body: { required: true, content: { "application/json": { schema: generateImageInput } } },
  },
  responses: {
    200: { description: "The image", content: { "application/json": { schema: generatedImage } } },
    ...answers(
      "invalid_request",
      "unauthorized",
      "insufficient_scope",
      "forbidden",
      "request_timeout",
      "conflict",
      "payload_too_large",
      "unsupported_media_type",
      "idempotency_key_reused",
      "rate_limit_exceeded",
      "upstream_error",
      "upstream_timeout",
    ),
  },
});

/** Images in flight take some seconds. */
const WHEN_BUSY = { "retry-after": "5" };

const ERRORS: Record<PaidGenerationError | BusyError, () => ApiError> = {
  rejected: () => new ApiError("invalid_request", "The model does not accept this prompt or these options"),
  upstream_error: () => new ApiError("upstream_error"),
  upstream_timeout: () => new ApiError("upstream_timeout"),
  cut_off: () => new ApiError("unavailable", undefined, { "retry-after": "1" }),
  // The caller is gone. A 4xx keeps it from counting as a failure of ours.
  hung_up: () => new ApiError("invalid_request", "The connection was closed before the work began"),
  no_credits: () => new ApiError("forbidden"),
  quota_exceeded: () => new ApiError("forbidden"),
  key_cap_exceeded: () => new ApiError("forbidden"),
  running: () => new ApiError("conflict", undefined, { "retry-after": "1" }),
  too_large: () => new ApiError("conflict", "The result was too large to store. You were not charged again."),
  reused: () => new ApiError("idempotency_key_reused"),
  account_busy: () =>
    new ApiError(
      "rate_limit_exceeded",
      "Too many images of this account are in flight; try again when Retry-After has passed",
      WHEN_BUSY,
    ),
  process_busy: () => new ApiError("unavailable", undefined, WHEN_BUSY),
};

export function registerGenerateImage(app: OpenAPIHono<ApiContext>, generate: Generate): void {
  app.openapi(route, async (c) => {
    const { exchange, key, tier } = c.var;
    const input = c.req.valid("json");
    const idempotencyKey = readIdempotencyKey(c.req.header("idempotency-key"));
    const place = takePlace(key.userId, answerMaxBytes(input));
    if (!place.ok) throw ERRORS[place.error]();
    try {
      const generated = await generatePaid(
        generate,
        input,
        {
          userId: key.userId,
          apiKeyId: key.id,
          credits: CREDITS,
          quota: tier.requestsPerMonth,
          cap: key.creditsPerMonth,
        },
        idempotencyKey === undefined ? undefined : { key: idempotencyKey, fingerprint: fingerprint(route.path, input) },
        c.req.raw.signal,
      );
      const paid = generated.ok ? generated.value.remaining : undefined;
      const remaining = paid ?? (await inTime(findRemaining(key.userId, tier.requestsPerMonth)));
      if (remaining) exchange.remaining = remaining;
      if (!generated.ok) {
        const { error } = generated;
        if (error === "no_credits" || error === "quota_exceeded" || error === "key_cap_exceeded")
          exchange.unpaid = error;
        throw ERRORS[error]();
      }
      const { chunks, bytes } = generated.value.image;
      return c.body(ReadableStream.from(inTurns(chunks)) as never, 200, {
        "content-type": "application/json",
        "content-length": String(bytes),
        ...(!paid && { "idempotency-replayed": "true" }),
      }) as never;
    } finally {
      afterReading(c.env.outgoing, place.value);
    }
  });
}

/** Lets other requests run between two chunks, even if the caller reads as fast as we write. */
async function* inTurns(chunks: Uint8Array[]) {
  for (const [i, chunk] of chunks.entries()) {
    if (i > 0) await setImmediate();
    yield chunk;
  }
}
