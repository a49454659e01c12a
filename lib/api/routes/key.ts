import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { authenticate } from "#lib/api/authenticate.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { AUTHENTICATED, answers } from "#lib/api/openapi.ts";
import { ENVIRONMENTS } from "#lib/api-keys/schema.ts";

const timestamp = z.iso.datetime();

const ownKey = z
  .object({
    name: z.string(),
    prefix: z.string().meta({ example: "gt_abcd" }),
    environment: z.enum(ENVIRONMENTS),
    status: z.literal("active"),
    created_at: timestamp,
    last_used_at: timestamp.nullable().meta({ description: "The use before the latest few seconds." }),
    expires_at: timestamp.nullable(),
  })
  .meta({ id: "Key" });

const route = createRoute({
  method: "get",
  path: "/key",
  operationId: "getKey",
  summary: "The calling key about itself",
  security: AUTHENTICATED,
  middleware: [authenticate] as const,
  responses: {
    200: {
      description: "The key that this request was made with",
      content: { "application/json": { schema: ownKey } },
    },
    ...answers("unauthorized", "unavailable"),
  },
});

export function registerKey(app: OpenAPIHono<ApiContext>): void {
  app.openapi(route, (c) => {
    const { name, prefix, environment, createdAt, lastUsedAt, expiresAt } = c.var.key;
    return c.json(
      {
        name,
        prefix,
        environment: environment as (typeof ENVIRONMENTS)[number],
        status: "active" as const,
        created_at: createdAt.toISOString(),
        last_used_at: lastUsedAt?.toISOString() ?? null,
        expires_at: expiresAt?.toISOString() ?? null,
      },
      200,
    );
  });
}
