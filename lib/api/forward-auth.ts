import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "@hono/zod-openapi";
import { endOfTurn } from "#lib/api/end-of-turn.ts";
import { type ApiAnswer, ApiError, errorAnswer } from "#lib/api/errors.ts";
import { Exchange } from "#lib/api/exchange.ts";
import { errorOf } from "#lib/api/rejection.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

export const FORWARD_AUTH_PATH = "/api/v1/auth";
const COST_MAX = 1_000;

/** Rejects unknown parameters: a misspelled cost would be free. */
export const forwardAuthQuery = z.strictObject({
  cost: z
    .string("must be given once")
    .regex(/^\d{1,4}$/, `must be a whole number from 0 to ${COST_MAX}`)
    .transform(Number)
    .refine((cost) => cost <= COST_MAX, `must be a whole number from 0 to ${COST_MAX}`)
    .default(0)
    .meta({
      type: "integer",
      minimum: 0,
      maximum: COST_MAX,
      default: 0,
      description: "Credits that the request costs. More than 0 counts as one of the month's requests, too.",
    }),
  limited: z
    .literal("403", 'must be "403"')
    .optional()
    .meta({ description: "Answers 403 in place of 429, for gateways that know no other." }),
});

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
 * Charges the cost in the query. Returns the error if the account can't pay it or the key may not.
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

/** @throws {ApiError} if a parameter isn't valid or is given twice. */
function readCost(query: URLSearchParams): number {
  const values = Object.fromEntries(
    [...query.keys()].map((name) => {
      const all = query.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }),
  );
  const parsed = forwardAuthQuery.safeParse(values);
  if (parsed.success) return parsed.data.cost;
  const [issue] = parsed.error.issues;
  throw new ApiError(
    "invalid_request",
    issue?.code === "unrecognized_keys"
      ? `${JSON.stringify(issue.keys[0]?.slice(0, 100))} is not a known parameter`
      : `${issue?.path.join(".")} ${issue?.message}`,
  );
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
