import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { endOfTurn } from "#lib/api/end-of-turn.ts";
import { type ApiAnswer, ApiError, errorAnswer } from "#lib/api/errors.ts";
import { Exchange } from "#lib/api/exchange.ts";
import { readCost } from "#lib/api/forward-auth-query.ts";
import { errorOf } from "#lib/api/rejection.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

export const FORWARD_AUTH_PATH = "/api/v1/auth";

/**
 * Answers forward authentication, for any method because a gateway passes on its client's. Never
 * reads the body. Bypasses the framework, because gateways ask about each of their requests.
 */
export async function answerForwardAuth(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const exchange = new Exchange(request);
  const query = queryOf(request);
  let answer: ApiAnswer;
  try {
    const admitted = exchange.admit();
    let rejection = admitted instanceof Promise ? await admitted : admitted;
    if (!rejection && query) rejection = await pay(exchange, query);
    answer = rejection ? errorAnswer(rejection) : { status: 204, headers: identityHeaders(exchange) };
  } catch (error) {
    answer = errorAnswer(errorOf(error, exchange.requestId));
  }
  // Some gateways, such as nginx `auth_request`, know only 2xx, 401 and 403. `Retry-After` tells
  // this 403 from the other one.
  if (answer.status === 429 && query?.get("limited") === "403") answer.status = 403;
  await endOfTurn();
  response.writeHead(answer.status, exchange.finish(FORWARD_AUTH_PATH, answer.status).concat(answer.headers));
  response.end(request.method === "HEAD" ? undefined : answer.body);
}

/** Returns undefined for a request without a query, the usual case. */
function queryOf({ url = "" }: IncomingMessage): URLSearchParams | undefined {
  return url.length > FORWARD_AUTH_PATH.length + 1
    ? new URLSearchParams(url.slice(FORWARD_AUTH_PATH.length + 1))
    : undefined;
}

/**
 * Charges the cost in the query. Returns the error if the account can't pay it.
 *
 * @throws {ApiError} if the query isn't valid.
 *
 * @throws {UnavailableError}
 */
async function pay(exchange: Exchange, query: URLSearchParams): Promise<ApiError | undefined> {
  const credits = readCost(query);
  const { admission } = exchange;
  if (credits === 0 || admission?.kind !== "admitted") return undefined;
  const { key, tier } = admission;
  const spending = { userId: key.userId, apiKeyId: key.id, credits, quota: tier.requestsPerMonth };
  const id = randomUUIDv7();
  const charged = await inTime(charge(spending, id), () => cancelCharge(id, spending));
  if (charged.ok) {
    exchange.remaining = charged.value;
    return undefined;
  }
  exchange.unpaid = charged.error;
  exchange.remaining = (await inTime(findRemaining(key.userId, tier.requestsPerMonth))) ?? undefined;
  return new ApiError("forbidden");
}

/** Always returns all five, so that gateways overwrite any that the client sent. */
function identityHeaders({ admission }: Exchange): string[] {
  if (admission?.kind !== "admitted") return [];
  const { key } = admission;
  return [
    "GoodTake-User-Id",
    key.userId,
    "GoodTake-Key-Id",
    key.id,
    "GoodTake-Key-Name",
    encodeURIComponent(key.name),
    "GoodTake-Key-Environment",
    key.environment,
    "GoodTake-Tier",
    key.tier,
  ];
}
