import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { authenticate } from "#lib/api/authenticate.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { AUTHENTICATED, answers } from "#lib/api/openapi.ts";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";
import { restrictionsOf } from "#lib/api-keys/model/restrictions.ts";
import { creditsUsedThisMonth } from "#lib/credits/key-credits.ts";
import { findRemaining, findReserved } from "#lib/credits/store.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";
import { findLastUse } from "#lib/usage/recent.ts";

const timestamp = z.iso.datetime();

const ownKey = z
  .object({
    name: z.string().meta({ example: "Production App" }),
    prefix: z.string().meta({ example: "gt_abcd" }),
    environment: z.enum(ENVIRONMENTS),
    status: z.literal("active"),
    created_at: timestamp,
    last_used_at: timestamp.nullable().meta({ description: "The use before the latest few seconds." }),
    expires_at: timestamp.nullable().meta({ description: "Null for never. For a leaked key, when it is revoked." }),
    tier: z.string().meta({ example: "free" }),
    credits_remaining: z.int().meta({ example: 99 }),
    credits_reserved: z
      .int()
      .meta({ example: 1, description: "Credits of requests in flight. They are no longer in `credits_remaining`." }),
    quota_remaining: z
      .int()
      .nullable()
      .meta({ example: 985, description: "Billable requests left this month; null is no quota." }),
    scopes: z
      .array(z.string())
      .nullable()
      .meta({ example: ["images:write"], description: "The key's permissions; null is full access." }),
    allowed_networks: z
      .array(z.string())
      .nullable()
      .meta({
        example: ["203.0.113.0/24"],
        description: "The networks from which the key works; null is any network.",
      }),
    requests_per_minute: z
      .int()
      .nullable()
      .meta({ example: 10, description: "The key's own rate limit; null is none." }),
    credits_per_month: z
      .int()
      .nullable()
      .meta({ example: 50, description: "Credits that the key may spend in a calendar month (UTC); null is no cap." }),
    credits_used_this_month: z.int().meta({
      example: 14,
      description: "Credits that the key used this month (UTC), including requests in flight. Refunds are subtracted.",
    }),
  })
  .meta({ id: "Key" });

const route = createRoute({
  method: "get",
  path: "/key",
  tags: ["Keys"],
  operationId: "getKey",
  summary: "Get the calling key",
  security: AUTHENTICATED,
  middleware: [authenticate] as const,
  responses: {
    200: {
      description: "The key that this request was made with",
      content: { "application/json": { schema: ownKey } },
    },
    ...answers("unauthorized", "rate_limit_exceeded"),
  },
});

export function registerKey(app: OpenAPIHono<ApiContext>): void {
  app.openapi(route, async (c) => {
    const { id, userId, name, prefix, environment, tier, createdAt, expiresAt } = c.var.key;
    const restrictions = restrictionsOf(c.var.key);
    const lastUsedAt = await inTime(findLastUse(userId, id));
    const remaining = await inTime(findRemaining(userId, c.var.tier.requestsPerMonth));
    const reserved = await inTime(findReserved(userId));
    const used = await inTime(creditsUsedThisMonth(userId, id));
    return c.json(
      {
        name,
        prefix,
        environment: environment as (typeof ENVIRONMENTS)[number],
        status: "active" as const,
        created_at: new Date(createdAt).toISOString(),
        last_used_at: lastUsedAt?.toISOString() ?? null,
        expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
        tier,
        credits_remaining: remaining?.credits ?? 0,
        credits_reserved: reserved,
        quota_remaining: remaining?.requests ?? null,
        scopes: restrictions.scopes,
        allowed_networks: restrictions.allowedNetworks,
        requests_per_minute: restrictions.requestsPerMinute,
        credits_per_month: restrictions.creditsPerMonth,
        credits_used_this_month: used,
      },
      200,
    );
  });
}
