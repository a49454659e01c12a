import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiContext } from "#lib/api/context.ts";
import { forwardAuthQuery } from "#lib/api/forward-auth-query.ts";
import { AUTHENTICATED, answers } from "#lib/api/openapi.ts";

const ANSWER_HEADERS = {
  "GoodTake-User-Id": "The account",
  "GoodTake-Key-Id": "The key",
  "GoodTake-Key-Name": "The key's name, percent-encoded",
  "GoodTake-Key-Environment": "`production`, `staging` or `development`",
  "GoodTake-Key-Scopes":
    "The key's permissions, separated by spaces, including implied ones; `*` for full access, `none` for no permission",
  "GoodTake-Tier": "The account's tier",
};

/** Adds the answers of `forward-auth.ts` to the document. */
export function describeAuth(app: OpenAPIHono<ApiContext>): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/auth",
    tags: ["Gateways"],
    operationId: "authenticate",
    summary: "Authenticate a request for a gateway",
    description: "Takes any method, never reads the body, and answers with the caller's identity in headers.",
    security: AUTHENTICATED,
    request: { query: forwardAuthQuery },
    responses: {
      204: {
        description: "The key is valid and has the permissions, and the cost was charged",
        headers: Object.fromEntries(
          Object.entries(ANSWER_HEADERS).map(([name, description]) => [
            name,
            { description, required: true, schema: { type: "string" } },
          ]),
        ),
      },
      ...answers("invalid_request", "unauthorized", "insufficient_scope", "forbidden", "rate_limit_exceeded"),
    },
  });
}
