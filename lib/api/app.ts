import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import type { Admission } from "#lib/api/admit.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError, errorResponse } from "#lib/api/errors.ts";
import { registerDocument } from "#lib/api/openapi.ts";
import { recordAnswer } from "#lib/api/record-answer.ts";
import { registerAuth } from "#lib/api/routes/auth.ts";
import { registerGenerateImage } from "#lib/api/routes/generate-image.ts";
import { registerKey } from "#lib/api/routes/key.ts";
import type { Remaining } from "#lib/credits/store.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";
import type { Generate } from "#lib/generation/generate.ts";
import { log } from "#lib/log.ts";
import { WINDOW_SECONDS } from "#lib/rate-limits/limiter.ts";

/** On every answer of the API, errors of the listener included. */
export function commonHeaders(requestId: string): Record<string, string> {
  return {
    "X-Request-Id": requestId,
    "Cache-Control": "private, no-store",
    Vary: "Authorization, X-API-Key",
    "X-Content-Type-Options": "nosniff",
  };
}

function admissionHeaders(admission: Admission | undefined): Record<string, string> {
  if (admission?.kind !== "admitted") return {};
  const { key, tier, limit } = admission;
  return {
    "RateLimit-Policy": `"${key.tier}";q=${tier.requestsPerMinute};w=${WINDOW_SECONDS}`,
    RateLimit: `"${key.tier}";r=${limit.remaining};t=${limit.resetSeconds}`,
    ...(key.expiresAt && { "GoodTake-Key-Expires-At": key.expiresAt.toISOString() }),
  };
}

function costHeaders(remaining: Remaining | undefined): Record<string, string> {
  if (!remaining) return {};
  return {
    "GoodTake-Credits-Remaining": String(remaining.credits),
    ...(remaining.requests !== null && { "GoodTake-Quota-Remaining": String(remaining.requests) }),
  };
}

export function createApi(generate: Generate): OpenAPIHono<ApiContext> {
  const app = new OpenAPIHono<ApiContext>({
    defaultHook: (result) => {
      if (result.success) return;
      throw new ApiError("invalid_request", describe(result.error.issues[0]));
    },
  }).basePath("/api/v1");

  app.use("*", async (c, next) => {
    const start = performance.now();
    const requestId = randomUUID();
    c.set("requestId", requestId);
    await next();
    // Set here and not where they are known, because an error's answer replaces what was set before it.
    const headers = {
      ...commonHeaders(requestId),
      ...admissionHeaders(c.var.admission),
      ...costHeaders(c.var.remaining),
    };
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
    recordAnswer(c, routes.has(c.req.path) ? c.req.path : "unmatched", performance.now() - start);
  });

  registerKey(app);
  registerAuth(app);
  registerGenerateImage(app, generate);
  registerDocument(app);

  const routes = new Set(app.routes.map(({ path }) => path));

  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    if (!allowed) return errorResponse(new ApiError("not_found"));
    if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow: allowed } });
    return errorResponse(new ApiError("method_not_allowed", undefined, { allow: allowed }));
  });

  app.onError((error, c) => {
    const { requestId } = c.var;
    if (error instanceof ApiError) return errorResponse(error);
    // Hono's own validator throws these, for a body that is not JSON.
    if (error instanceof HTTPException && error.status < 500)
      return errorResponse(new ApiError("invalid_request", "The body is not valid JSON"));
    if (isUnavailable(error)) {
      complainOfDatabase(error);
      return errorResponse(new ApiError("unavailable", undefined, { "retry-after": "1" }));
    }
    log().error({ err: error, requestId }, "a request failed");
    return errorResponse(new ApiError("internal_error"));
  });

  return app;
}

let complainedAt = 0;

/** Every refusal has a line of its own in the access log; the reason, which they share, stands there once a second. */
function complainOfDatabase(error: unknown): void {
  if (Date.now() - complainedAt < 1_000) return;
  complainedAt = Date.now();
  log().warn({ err: error }, "the database is unavailable");
}

/** The `Allow` of a path, or undefined where no route has it. */
function allowedMethods(app: OpenAPIHono<ApiContext>, path: string): string | undefined {
  const methods = app.routes
    .filter((route) => route.path === path && route.method !== "ALL")
    .map((route) => route.method);
  if (methods.length === 0) return undefined;
  return [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])].join(", ");
}

type Issue = { code?: string; path: PropertyKey[]; message: string; keys?: string[] };

/** A sentence that names the field: "prompt must not be blank". */
function describe(issue: Issue | undefined): string {
  if (!issue) return "The request is not valid";
  if (issue.code === "unrecognized_keys")
    return `${JSON.stringify(issue.keys?.[0]?.slice(0, 100))} is not a known field`;
  if (issue.path.length === 0) return "The body must be a JSON object";
  return `${issue.path.join(".")} ${issue.message}`;
}
