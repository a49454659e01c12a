import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { narrowestNetwork } from "#lib/accounts/networks.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";
import { readBody, requireJson } from "#lib/api/json-body.ts";
import { answers } from "#lib/api/openapi.ts";
import { inEqualTime } from "#lib/leaks/equal-time.ts";
import { leakReportInput } from "#lib/leaks/model/schema.ts";
import { ownTurn } from "#lib/leaks/own-turn.ts";
import { reportLeaks } from "#lib/leaks/report-leaks.ts";
import { limiter } from "#lib/rate-limits/limiter.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

/** Limits the reports of a network before the body is read. */
const limitReports = createMiddleware<ApiContext>(async (c, next) => {
  await ownTurn();
  // The front listener has put the client's address into this header.
  const limit = await limiter().consumeReport(narrowestNetwork(c.req.header("x-forwarded-for") ?? null));
  if (limit.exceeded)
    throw new ApiError("rate_limit_exceeded", undefined, { "retry-after": String(limit.retryAfterSeconds) });
  await next();
});

const route = createRoute({
  method: "post",
  path: "/leaks",
  tags: ["Leaks"],
  operationId: "reportLeak",
  summary: "Report leaked keys",
  description:
    "Anyone who finds leaked keys can report them, without an API key. Each key is revoked immediately, or within 24 hours if its owner chose that, and its owner sees the report. Neither the response nor its time reveals whether a string is a key. One address can send 60 reports an hour.",
  security: [],
  middleware: [limitReports, requireJson, readBody] as const,
  request: { body: { required: true, content: { "application/json": { schema: leakReportInput } } } },
  responses: {
    202: { description: "The report is stored, and every key in it is revoked" },
    ...answers(
      "invalid_request",
      "request_timeout",
      "payload_too_large",
      "unsupported_media_type",
      "rate_limit_exceeded",
    ),
  },
});

export function registerLeaks(app: OpenAPIHono<ApiContext>): void {
  app.openapi(route, async (c) => {
    const { keys, source, url } = c.req.valid("json");
    const found = [...new Set(keys)].map((text) => ({ text, source, url }));
    await inEqualTime(inTime(reportLeaks(found)));
    await ownTurn();
    return c.body(null, 202);
  });
}
