import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { endOfTurn } from "#lib/api/end-of-turn.ts";
import { type ApiAnswer, ApiError, errorAnswer } from "#lib/api/errors.ts";
import { Exchange } from "#lib/api/exchange.ts";
import { ParameterError, readQuery } from "#lib/api/forward-auth-query.ts";
import { errorOf } from "#lib/api/rejection.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { log } from "#lib/log.ts";
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
    if (!rejection && query) {
      const { scope, cost } = readQuery(query);
      rejection = exchange.requireScopes(scope);
      if (!rejection && cost > 0) rejection = await pay(exchange, cost);
    }
    answer = rejection ? errorAnswer(rejection) : { status: 204, headers: identityHeaders(exchange) };
  } catch (error) {
    if (error instanceof ParameterError) warnOf(error, exchange);
    answer = errorAnswer(errorOf(error, exchange.requestId));
  }
  // Some gateways, such as nginx `auth_request`, know only 2xx, 401 and 403. `Retry-After` tells
  // this 403 from the other one.
  if (answer.status === 429 && new URLSearchParams(query).get("limited") === "403") answer.status = 403;
  await endOfTurn();
  response.writeHead(answer.status, exchange.finish(FORWARD_AUTH_PATH, answer.status).concat(answer.headers));
  response.end(request.method === "HEAD" ? undefined : answer.body);
}

/** Returns the query of a request, or an empty string. */
function queryOf({ url = "" }: IncomingMessage): string {
  return url.slice(FORWARD_AUTH_PATH.length + 1);
}

/**
 * Warns the operator, because the caller can't: nginx turns this 400 into a 500. Leaves out values,
 * because some may be secrets.
 */
function warnOf({ parameter, problem }: ParameterError, { requestId }: Exchange): void {
  const name = /^[\w-]{1,30}$/.test(parameter) ? parameter : "(a name that is not shown)";
  log().warn(
    { requestId, parameter: name },
    `a gateway sent an invalid query to ${FORWARD_AUTH_PATH}: ${name} ${problem}`,
  );
}

/**
 * Charges the cost. Returns the error if the account or the key can't pay it.
 *
 * @throws {UnavailableError}
 */
async function pay(exchange: Exchange, credits: number): Promise<ApiError | undefined> {
  const { admission } = exchange;
  if (admission?.kind !== "admitted") return undefined;
  const { key, tier } = admission;
  const spending = {
    userId: key.userId,
    apiKeyId: key.id,
    credits,
    quota: tier.requestsPerMonth,
    cap: key.creditsPerMonth,
  };
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

/** Always returns all six, so that gateways overwrite any that the client sent. */
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
    "GoodTake-Key-Scopes",
    key.permissions === null ? "*" : String(key.permissions) || "none",
    "GoodTake-Tier",
    key.tier,
  ];
}
