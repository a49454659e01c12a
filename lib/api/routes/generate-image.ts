import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { authenticate } from "#lib/api/authenticate.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";
import { limitBody, requireJson } from "#lib/api/json-body.ts";
import { AUTHENTICATED, answers } from "#lib/api/openapi.ts";
import type { Generate } from "#lib/generation/generate.ts";
import { generatedImage, generateImageInput } from "#lib/generation/schema.ts";

const route = createRoute({
  method: "post",
  path: "/bytedance/generate-image",
  operationId: "generateImage",
  summary: "Draw an image from a prompt",
  security: AUTHENTICATED,
  // The order of checks: a tier's rate limit belongs behind `authenticate`, quota and credits belong into the handler.
  middleware: [authenticate, requireJson, limitBody] as const,
  request: { body: { required: true, content: { "application/json": { schema: generateImageInput } } } },
  responses: {
    200: { description: "The image", content: { "application/json": { schema: generatedImage } } },
    ...answers(
      "invalid_request",
      "unauthorized",
      "payload_too_large",
      "unsupported_media_type",
      "upstream_error",
      "unavailable",
      "upstream_timeout",
    ),
  },
});

export function registerGenerateImage(app: OpenAPIHono<ApiContext>, generate: Generate): void {
  app.openapi(route, async (c) => {
    const result = await generate(c.req.valid("json"), c.req.raw.signal);
    if (result.ok) return c.json(result.value, 200);
    if (result.error === "rejected")
      throw new ApiError("invalid_request", "The model does not accept this prompt or these options");
    // Nobody reads the answer to an aborted request.
    throw new ApiError(result.error === "aborted" ? "upstream_error" : result.error);
  });
}
