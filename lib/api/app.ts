import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { answerHeaders } from "#lib/api/answer-headers.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError, errorResponse } from "#lib/api/errors.ts";
import { registerDocument } from "#lib/api/openapi.ts";
import { recordAnswer } from "#lib/api/record-answer.ts";
import { errorOf } from "#lib/api/rejection.ts";
import { describeAuth } from "#lib/api/routes/auth.ts";
import { registerGenerateImage } from "#lib/api/routes/generate-image.ts";
import { registerKey } from "#lib/api/routes/key.ts";
import type { Generate } from "#lib/generation/generate.ts";

export function createApi(generate: Generate): OpenAPIHono<ApiContext> {
  const root = new OpenAPIHono<ApiContext>({
    defaultHook: (result) => {
      if (result.success) return;
      throw new ApiError("invalid_request", describe(result.error.issues[0]));
    },
  });
  // Also what lies outside of every version is answered as by the API.
  root.use("*", async (c, next) => {
    const start = performance.now();
    const requestId = randomUUID();
    c.set("requestId", requestId);
    await next();
    const { admission, remaining, unpaid } = c.var;
    // Set here and not where they are known, because an error's answer replaces what was set before it.
    const headers = answerHeaders(requestId, admission, remaining);
    for (let i = 0; i < headers.length; i += 2) c.res.headers.set(headers[i] as string, headers[i + 1] as string);
    recordAnswer({
      request: c.env.incoming,
      requestId,
      route: routes.has(c.req.path) ? c.req.path : "unmatched",
      status: c.res.status,
      durationMs: performance.now() - start,
      admission,
      unpaid,
    });
  });

  const app = root.basePath("/api/v1");
  registerKey(app);
  describeAuth(app);
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
    // Hono's own validator throws these, for a body that is not JSON.
    if (error instanceof HTTPException && error.status < 500)
      return errorResponse(new ApiError("invalid_request", "The body is not valid JSON"));
    return errorResponse(errorOf(error, requestId));
  });

  return app;
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
