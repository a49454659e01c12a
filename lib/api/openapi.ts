import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { ApiContext } from "#lib/api/context.ts";
import { API_ERRORS, type ApiErrorCode } from "#lib/api/errors.ts";
import { env } from "#lib/config/env.ts";

/** The two ways to send a key. */
export const AUTHENTICATED: Record<string, string[]>[] = [{ bearer: [] }, { apiKey: [] }];

const errorBody = z
  .object({ error: z.object({ code: z.enum(Object.keys(API_ERRORS) as [ApiErrorCode]), message: z.string() }) })
  .meta({ id: "Error" });

const header = (description: string, type = "string") => ({ description, schema: { type } as const });
const RETRY_AFTER = { "Retry-After": header("Seconds to wait before the next try", "integer") };
const ERROR_HEADERS: { [C in ApiErrorCode]?: object } = {
  unauthorized: { "WWW-Authenticate": header("How to authenticate") },
  insufficient_scope: { "WWW-Authenticate": header("Names the missing permissions as `scope`") },
  conflict: RETRY_AFTER,
  rate_limit_exceeded: RETRY_AFTER,
  unavailable: RETRY_AFTER,
};

/** Errors that every route can answer, because they are ours. */
type OwnFaults = "internal_error" | "unavailable";
type ErrorAnswer = { description: string; content: { "application/json": { schema: typeof errorBody } } };

/**
 * Builds the descriptions of error responses from the table of errors. Codes with the same status
 * share a response, which has an example for each.
 */
export function answers<C extends ApiErrorCode>(
  ...codes: C[]
): { [K in C | OwnFaults as (typeof API_ERRORS)[K]["status"]]: ErrorAnswer } {
  const byStatus = Map.groupBy<number, ApiErrorCode>(
    [...codes, "internal_error", "unavailable"],
    (code) => API_ERRORS[code].status,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes
          .map((code) => `\`${code}\`: ${API_ERRORS[code].message}. ${API_ERRORS[code].advice}`)
          .join("\n\n"),
        headers: Object.assign(
          {
            "X-Request-Id": header("Names this request; keep it in your logs"),
            "GoodTake-Error": { ...header("The error's code"), schema: { type: "string", enum: codes } },
          },
          ...codes.map((code) => ERROR_HEADERS[code]),
        ),
        content: {
          "application/json": {
            schema: errorBody,
            examples: Object.fromEntries(
              codes.map((code) => [code, { value: { error: { code, message: API_ERRORS[code].message } } }]),
            ),
          },
        },
      },
    ]),
  ) as never;
}

export function registerDocument(app: OpenAPIHono<ApiContext>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "Recommended.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
  });
  app.doc31("/openapi.json", documentInfo());
}

/** Returns what the document says besides its routes. */
export function documentInfo() {
  const { API_URL, PUBLIC_URL } = env();
  return {
    openapi: "3.1.0",
    info: {
      title: "GoodTake API",
      version: "1.0.0",
      description: "AI image generation, authenticated by API keys from Settings → Developer Settings.",
    },
    servers: [{ url: API_URL ?? PUBLIC_URL ?? "/" }],
  };
}
