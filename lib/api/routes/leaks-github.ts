import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";
import { readBody, requireJson } from "#lib/api/json-body.ts";
import { answers } from "#lib/api/openapi.ts";
import { secretId } from "#lib/api-keys/secret.ts";
import { env } from "#lib/config/env.ts";
import { fetchGithubKeys, GithubKeys, isSigned, readGithubKeys } from "#lib/leaks/github-keys.ts";
import { githubReportAnswer, githubReportInput, URL_MAX } from "#lib/leaks/model/schema.ts";
import { reportLeaks } from "#lib/leaks/report-leaks.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

const SOURCE = "GitHub secret scanning";

const githubKeys = new GithubKeys(() => {
  const { GITHUB_SECRET_SCANNING_KEYS_FILE: file } = env();
  return file ? readGithubKeys(file) : fetchGithubKeys();
});

/** Comes before the body is parsed, which takes long for a large one: anyone can send it. */
const requireSignature = createMiddleware<ApiContext>(async (c, next) => {
  const identifier = c.req.header("github-public-key-identifier");
  const key = identifier && (await githubKeys.find(identifier));
  if (!key || !isSigned(key, await c.req.text(), c.req.header("github-public-key-signature") ?? ""))
    throw new ApiError("invalid_request", "The signature is not GitHub's");
  await next();
});

const route = createRoute({
  method: "post",
  path: "/leaks/github",
  tags: ["Leaks"],
  operationId: "reportLeakFromGitHub",
  summary: "Report leaked keys (GitHub)",
  description:
    "The endpoint for GitHub's secret scanning partner program. Only GitHub can use it: the body must be signed with GitHub's ECDSA P-256 key.",
  security: [],
  middleware: [requireJson, readBody, requireSignature] as const,
  request: {
    headers: z.object({
      "github-public-key-identifier": z.string("must be given"),
      "github-public-key-signature": z.string("must be given"),
    }),
    body: { required: true, content: { "application/json": { schema: githubReportInput } } },
  },
  responses: {
    200: {
      description: "Every key in the report is revoked. A true positive is a key of this service",
      content: { "application/json": { schema: githubReportAnswer } },
    },
    ...answers("invalid_request", "request_timeout", "payload_too_large", "unsupported_media_type"),
  },
});

export function registerGithubLeaks(app: OpenAPIHono<ApiContext>): void {
  app.openapi(route, async (c) => {
    const tokens = c.req.valid("json");
    const found = tokens.map(({ token, url }) => ({ text: token, source: SOURCE, url: url?.slice(0, URL_MAX) ?? "" }));
    const keys = await inTime(reportLeaks(found));
    return c.json(
      tokens.map(({ token, type }) => ({
        token_hash: secretId(token),
        token_type: type,
        label: keys.has(token) ? ("true_positive" as const) : ("false_positive" as const),
      })),
      200,
    );
  });
}
