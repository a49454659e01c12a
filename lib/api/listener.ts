import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { commonHeaders, createApi } from "#lib/api/app.ts";
import { ApiError, errorResponse } from "#lib/api/errors.ts";
import { createGenerate, type Generate } from "#lib/generation/generate.ts";

/** The program's door, for everything below `/api/` but `/api/auth/`. */
export function createApiListener(generate: Generate = createGenerate()): RequestListener {
  const api = createApi(generate);
  const listener = getRequestListener((request, env) => api.fetch(request, env), {
    overrideGlobalObjects: false,
    // What isn't even a request in the eyes of the Fetch standard, such as a backslash in its path.
    errorHandler: () => {
      const response = errorResponse(new ApiError("invalid_request", "Malformed request"));
      for (const [name, value] of Object.entries(commonHeaders(randomUUID()))) response.headers.set(name, value);
      return response;
    },
  });
  return (request, response) => {
    // The API answers under any name, and a missing or malformed one must not fail a request.
    request.headers.host = "api";
    void listener(request, response);
  };
}
