import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import type { Env } from "#lib/config/env.ts";
import { decideFirst } from "#lib/server/expect-continue.ts";
import { answerUnreadable, answerUnrouted, writeUnrouted } from "#lib/server/unrouted.ts";
import { mayUpgrade } from "#lib/server/upgrade.ts";

/**
 * Limits how long a client may keep the server waiting. The number of requests on a connection is
 * not limited: proxies keep theirs for days.
 */
const LIMITS: ServerOptions = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Longer than the 60 s for which nginx and load balancers keep an idle connection, so that they
  // close it first.
  keepAliveTimeout: 65_000,
};
/** Closes a connection that neither sends nor reads. An image takes at most 60 s. */
const SILENCE_MS = 120_000;

/** Creates a server that answers in the API's error form what Node itself rejects. */
export function createHttpServer(env: Env, listener: RequestListener, limits: ServerOptions = {}): Server {
  const options = {
    ...LIMITS,
    ...limits,
    // The front listener checks `Host`, because Node's 400 has no body.
    requireHostHeader: false,
    shouldUpgradeCallback: (request: Parameters<typeof mayUpgrade>[0]) => mayUpgrade(request, env),
  };
  return createServer(options, listener)
    .on("checkContinue", decideFirst(listener))
    .on("checkExpectation", (request, response) =>
      answerUnrouted(request, response, "expectation_failed", undefined, { Connection: "close" }),
    )
    .on("connect", (_, socket) =>
      writeUnrouted(socket, "method_not_allowed", undefined, { Allow: "GET, HEAD, POST, OPTIONS" }),
    )
    .on("clientError", answerUnreadable)
    .setTimeout(SILENCE_MS);
}
