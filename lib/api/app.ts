import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";
import { Exchange, UNMATCHED } from "#lib/api/exchange.ts";
import { registerDocument } from "#lib/api/openapi.ts";
import { errorOf } from "#lib/api/rejection.ts";
import { errorResponse, setHeaders } from "#lib/api/response.ts";
import { describeAuth } from "#lib/api/routes/auth.ts";
import { registerGenerateImage } from "#lib/api/routes/generate-image.ts";
import { registerKey } from "#lib/api/routes/key.ts";
import { registerLeaks } from "#lib/api/routes/leaks.ts";
import { registerGithubLeaks } from "#lib/api/routes/leaks-github.ts";
import type { Generate } from "#lib/generation/generation.ts";

export function createApi(generate: Generate): OpenAPIHono<ApiContext> {
  const root = new OpenAPIHono<ApiContext>({
    defaultHook: (result) => {
      if (result.success) return;
      throw new ApiError("invalid_request", describe(result.error.issues[0]));
    },
  });
  // Runs for paths outside of every version, too: they are answered and recorded like any other.
  root.use("*", async (c, next) => {
    const exchange = new Exchange(c.env.incoming);
    c.set("exchange", exchange);
    await next();
    // Set last, because an error's response replaces the headers that were set before it.
    setHeaders(c.res.headers, exchange.finish(routes.has(c.req.path) ? c.req.path : UNMATCHED, c.res.status));
  });

  const app = root.basePath("/api/v1");
  registerKey(app);
  describeAuth(app);
  registerGenerateImage(app, generate);
  registerLeaks(app);
  registerGithubLeaks(app);
  registerDocument(app);

  const routes = new Set(app.routes.map(({ path }) => path));

  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    if (!allowed) return errorResponse(new ApiError("not_found"));
    if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow: allowed } });
    return errorResponse(new ApiError("method_not_allowed", undefined, { allow: allowed }));
  });

  app.onError((error, c) => {
    // Hono's validator throws this for a body that isn't JSON.
    if (error instanceof HTTPException && error.status < 500)
      return errorResponse(new ApiError("invalid_request", "The body is not valid JSON"));
    return errorResponse(errorOf(error, c.var.exchange.requestId));
  });

  return app;
}

/** Returns the `Allow` header of a path, or undefined if no route has the path. */
function allowedMethods(app: OpenAPIHono<ApiContext>, path: string): string | undefined {
  const methods = app.routes
    .filter((route) => route.path === path && route.method !== "ALL")
    .map((route) => route.method);
  if (methods.length === 0) return undefined;
  return [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])].join(", ");
}

type Issue = { code?: string; path: PropertyKey[]; message: string; keys?: string[] };

/** Returns a sentence that names the field, such as "prompt must not be blank". */
function describe(issue: Issue | undefined): string {
  if (!issue) return "The request is not valid";
  if (issue.code === "unrecognized_keys")
    return `${JSON.stringify(issue.keys?.[0]?.slice(0, 100))} is not a known field`;
  if (issue.path.length === 0)
    return `The body ${issue.message.startsWith("must") ? issue.message : "must be a JSON object"}`;
  return `${issue.path.join(".")} ${issue.message}`;
}
