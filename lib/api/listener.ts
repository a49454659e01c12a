import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { answerHeaders } from "#lib/api/answer-headers.ts";
import { createApi } from "#lib/api/app.ts";
import { ApiError, errorResponse } from "#lib/api/errors.ts";
import { answerForwardAuth, FORWARD_AUTH_PATH } from "#lib/api/forward-auth.ts";
import { createGenerate, type Generate } from "#lib/generation/generate.ts";
import { log } from "#lib/log.ts";

/** The program's door, for everything below `/api/` but `/api/auth/`. */
export function createApiListener(generate: Generate = createGenerate()): RequestListener {
  const api = createApi(generate);
  const listener = getRequestListener((request, env) => api.fetch(request, env), {
    overrideGlobalObjects: false,
    // What isn't even a request in the eyes of the Fetch standard, such as a backslash in its path.
    errorHandler: () => {
      const response = errorResponse(new ApiError("invalid_request", "Malformed request"));
      const headers = answerHeaders(randomUUID());
      for (let i = 0; i < headers.length; i += 2) response.headers.set(headers[i] as string, headers[i + 1] as string);
      return response;
    },
  });
  return (request, response) => {
    if (isForwardAuth(request.url)) {
      answerForwardAuth(request, response).catch((error: unknown) => {
        log().error({ err: error }, "a request failed");
        request.destroy();
      });
      return;
    }
    // The API answers under any name, and a missing or malformed one must not fail a request.
    request.headers.host = "api";
    void listener(request, response);
  };
}

function isForwardAuth(url = ""): boolean {
  return (
    url.startsWith(FORWARD_AUTH_PATH) &&
    (url.length === FORWARD_AUTH_PATH.length || url[FORWARD_AUTH_PATH.length] === "?")
  );
}
