import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import type { Env } from "#lib/config/env.ts";
import { decideFirst } from "#lib/server/expect-continue.ts";
import { answerUnreadable, answerUnrouted, writeUnrouted } from "#lib/server/unrouted.ts";
import { mayUpgrade } from "#lib/server/upgrade.ts";

/** How long a client may keep the server waiting. A connection may carry any number of requests: proxies keep theirs for days. */
const LIMITS: ServerOptions = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Longer than the minute for which nginx and load balancers keep an idle connection, so that they close it first.
  keepAliveTimeout: 65_000,
};
/** Closes a connection that neither sends nor reads. An image takes a minute at most. */
const SILENCE_MS = 120_000;

/** Creates a server that answers nothing by Node's own rules: what Node rejects gets the API's form of an error, too. */
export function createHttpServer(env: Env, listener: RequestListener, limits: ServerOptions = {}): Server {
  const options = {
    ...LIMITS,
    ...limits,
    // The listener checks it, because Node's 400 has no body.
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
