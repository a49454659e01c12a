import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { authenticate } from "#lib/api/authenticate.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";
import { readIdempotencyKey } from "#lib/api/idempotency-key.ts";
import { readBody, requireJson } from "#lib/api/json-body.ts";
import { AUTHENTICATED, answers } from "#lib/api/openapi.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { inTime } from "#lib/database/deadline.ts";
import type { Generate } from "#lib/generation/generate.ts";
import { generatePaid, type PaidGenerationError } from "#lib/generation/paid.ts";
import { generatedImage, generateImageInput } from "#lib/generation/schema.ts";
import { fingerprint } from "#lib/idempotency/store.ts";

const CREDITS = 1;

const route = createRoute({
  method: "post",
  path: "/bytedance/generate-image",
  tags: ["Images"],
  operationId: "generateImage",
  summary: "Draw an image from a prompt",
  description: `Costs ${CREDITS} credit, and nothing if it fails.`,
  security: AUTHENTICATED,
  middleware: [authenticate, requireJson, readBody] as const,
  request: {
    headers: z.object({
      "idempotency-key": z.string().optional().meta({
        minLength: 1,
        description:
          "Makes a retry safe: for 24 hours the same key with the same body gives the first answer and costs nothing more.",
      }),
    }),
    body: { required: true, content: { "application/json": { schema: generateImageInput } } },
  },
  responses: {
    200: { description: "The image", content: { "application/json": { schema: generatedImage } } },
    ...answers(
      "invalid_request",
      "unauthorized",
      "forbidden",
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

const ERRORS: Record<PaidGenerationError, () => ApiError> = {
  rejected: () => new ApiError("invalid_request", "The model does not accept this prompt or these options"),
  upstream_error: () => new ApiError("upstream_error"),
  upstream_timeout: () => new ApiError("upstream_timeout"),
  // Nobody reads the answer to an aborted request.
  aborted: () => new ApiError("upstream_error"),
  no_credits: () => new ApiError("forbidden"),
  quota_exceeded: () => new ApiError("forbidden"),
  running: () => new ApiError("conflict", undefined, { "retry-after": "1" }),
  reused: () => new ApiError("idempotency_key_reused"),
};

export function registerGenerateImage(app: OpenAPIHono<ApiContext>, generate: Generate): void {
  app.openapi(route, async (c) => {
    const { key, tier } = c.var;
    const input = c.req.valid("json");
    const idempotencyKey = readIdempotencyKey(c.req.header("idempotency-key"));
    const generated = await generatePaid(
      generate,
      input,
      { userId: key.userId, apiKeyId: key.id, credits: CREDITS, quota: tier.requestsPerMonth },
      idempotencyKey === undefined ? undefined : { key: idempotencyKey, fingerprint: fingerprint(route.path, input) },
      c.req.raw.signal,
    );
    const paid = generated.ok ? generated.value.remaining : undefined;
    const remaining = paid ?? (await inTime(findRemaining(key.userId, tier.requestsPerMonth)));
    if (remaining) c.set("remaining", remaining);
    if (!generated.ok) {
      const { error } = generated;
      if (error === "no_credits" || error === "quota_exceeded") c.set("unpaid", error);
      throw ERRORS[error]();
    }
    if (!paid) c.header("Idempotency-Replayed", "true");
    return c.json(generated.value.image, 200);
  });
}
