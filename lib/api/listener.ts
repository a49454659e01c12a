import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createApi } from "#lib/api/app.ts";
import { ApiError } from "#lib/api/errors.ts";
import { answerUnmatched } from "#lib/api/exchange.ts";
import { answerForwardAuth, FORWARD_AUTH_PATH } from "#lib/api/forward-auth.ts";
import { toResponse } from "#lib/api/response.ts";
import { createGenerate } from "#lib/generation/generate.ts";
import type { Generate } from "#lib/generation/generation.ts";
import { log } from "#lib/log.ts";

/** Creates the listener for everything below `/api/` except `/api/auth/`. */
export function createApiListener(generate: Generate = createGenerate()): RequestListener {
  const api = createApi(generate);
  const listener = getRequestListener((request, env) => api.fetch(request, env), {
    overrideGlobalObjects: false,
    // Handles requests that the Fetch standard doesn't allow, such as a backslash in the path.
    errorHandler: () => toResponse(answerUnmatched(new ApiError("invalid_request", "Malformed request"))),
  });
  return (request, response) => {
    if (isForwardAuth(request.url)) {
      answerForwardAuth(request, response).catch((error: unknown) => {
        log().error({ err: error }, "a request failed");
        request.destroy();
      });
      return;
    }
    // The API ignores `Host`, and a missing or malformed one must not fail a request.
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
