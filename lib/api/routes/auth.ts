import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { authenticate } from "#lib/api/authenticate.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";
import { AUTHENTICATED, answers } from "#lib/api/openapi.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { inTime } from "#lib/database/deadline.ts";

const COST_MAX = 1_000;

const query = z.object({
  cost: z
    .string("must be given once")
    .regex(/^\d{1,4}$/, `must be a whole number from 0 to ${COST_MAX}`)
    .transform(Number)
    .refine((cost) => cost <= COST_MAX, `must be a whole number from 0 to ${COST_MAX}`)
    .default(0)
    .meta({
      type: "integer",
      minimum: 0,
      maximum: COST_MAX,
      default: 0,
      description: "Credits that the request costs. More than 0 counts as one of the month's requests, too.",
    }),
  limited: z
    .literal("403", 'must be "403"')
    .optional()
    .meta({ description: "Answers 403 in place of 429, for gateways that know no other." }),
});

const ANSWER_HEADERS = {
  "GoodTake-User-Id": "The account",
  "GoodTake-Key-Id": "The key",
  "GoodTake-Key-Name": "The key's name, percent-encoded",
  "GoodTake-Key-Environment": "`production`, `staging` or `development`",
  "GoodTake-Tier": "The account's tier",
};

/** For gateways that know only 2xx, 401 and 403, such as nginx `auth_request`. `Retry-After` tells the two 403 apart. */
const limitedAs403 = createMiddleware<ApiContext>(async (c, next) => {
  await next();
  if (c.res.status === 429 && c.req.query("limited") === "403")
    c.res = new Response(c.res.body, { status: 403, headers: c.res.headers });
});

/** Forward authentication: any method, because a gateway may pass its client's on. The body is never read. */
export function registerAuth(app: OpenAPIHono<ApiContext>): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/auth",
    tags: ["Gateways"],
    operationId: "authenticate",
    summary: "Forward authentication for a gateway in front of your own API",
    description: "Takes any method, never reads the body, and answers with the caller's identity in headers.",
    security: AUTHENTICATED,
    request: { query },
    responses: {
      204: {
        description: "The key is good, and the cost is paid",
        headers: Object.fromEntries(
          Object.entries(ANSWER_HEADERS).map(([name, description]) => [
            name,
            { description, required: true, schema: { type: "string" } },
          ]),
        ),
      },
      ...answers("invalid_request", "unauthorized", "forbidden", "rate_limit_exceeded"),
    },
  });

  app.all("/auth", limitedAs403, authenticate, async (c) => {
    const { key, tier } = c.var;
    const { cost } = parseQuery(c.req.queries());
    if (cost > 0) {
      const spending = { userId: key.userId, apiKeyId: key.id, credits: cost, quota: tier.requestsPerMonth };
      const charged = await inTime(charge(spending));
      const remaining = charged.ok ? charged.value : await inTime(findRemaining(key.userId, tier.requestsPerMonth));
      if (remaining) c.set("remaining", remaining);
      if (!charged.ok) throw new ApiError("forbidden");
    }
    return c.body(null, 204, {
      "GoodTake-User-Id": key.userId,
      "GoodTake-Key-Id": key.id,
      "GoodTake-Key-Name": encodeURIComponent(key.name),
      "GoodTake-Key-Environment": key.environment,
      "GoodTake-Tier": key.tier,
    });
  });
}

/** @throws {ApiError} for a parameter that isn't what it must be, or is there twice. */
function parseQuery(queries: Record<string, string[]>): z.output<typeof query> {
  const parsed = query.safeParse(
    Object.fromEntries(
      Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    ),
  );
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ApiError("invalid_request", `${issue?.path.join(".")} ${issue?.message}`);
}
