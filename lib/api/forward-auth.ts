import { randomUUID, randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "@hono/zod-openapi";
import { type Admission, admit } from "#lib/api/admit.ts";
import { answerHeaders } from "#lib/api/answer-headers.ts";
import { endOfTurn } from "#lib/api/end-of-turn.ts";
import { ApiError, errorAnswer } from "#lib/api/errors.ts";
import { recordAnswer } from "#lib/api/record-answer.ts";
import { errorOf, refusalOf } from "#lib/api/refusal.ts";
import type { Remaining, SpendError } from "#lib/credits/spending.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

export const FORWARD_AUTH_PATH = "/api/v1/auth";
const COST_MAX = 1_000;

/** Strict, because a misspelt cost would be none. */
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

/** What is known of a request when it is answered, also if it fails. */
type Decision = { admission?: Admission; remaining?: Remaining; unpaid?: SpendError };

/**
 * Forward authentication: any method, because a gateway may pass its client's on. The body is never read. It stands beside the
 * framework and not in it, because it is asked about every request to somebody's API.
 */
export async function answerForwardAuth(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const start = performance.now();
  const requestId = randomUUID();
  const decision: Decision = {};
  const query = queryOf(request);
  let status = 204;
  let body: string | undefined;
  let own: string[];
  try {
    const admitted = admit(request.rawHeaders);
    const admission = admitted instanceof Promise ? await admitted : admitted;
    decision.admission = admission;
    let refusal = refusalOf(admission);
    if (!refusal && query && admission.kind === "admitted") refusal = await pay(admission, query, decision);
    if (refusal) ({ status, headers: own, body } = errorAnswer(refusal));
    else own = identityHeaders(decision);
  } catch (error) {
    ({ status, headers: own, body } = errorAnswer(errorOf(error, requestId)));
  }
  // For gateways that know only 2xx, 401 and 403, such as nginx `auth_request`. `Retry-After` tells the two 403 apart.
  if (status === 429 && query?.get("limited") === "403") status = 403;
  await endOfTurn();
  response.writeHead(status, answerHeaders(requestId, decision.admission, decision.remaining).concat(own));
  response.end(request.method === "HEAD" ? undefined : body);
  recordAnswer({
    request,
    requestId,
    route: FORWARD_AUTH_PATH,
    status,
    durationMs: performance.now() - start,
    admission: decision.admission,
    unpaid: decision.unpaid,
  });
}

/** The usual request has none. */
function queryOf({ url = "" }: IncomingMessage): URLSearchParams | undefined {
  return url.length > FORWARD_AUTH_PATH.length + 1
    ? new URLSearchParams(url.slice(FORWARD_AUTH_PATH.length + 1))
    : undefined;
}

/** @throws {ApiError} for a query that can't be read, and if the database can't say. */
async function pay(
  { key, tier }: Admission & { kind: "admitted" },
  query: URLSearchParams,
  decision: Decision,
): Promise<ApiError | undefined> {
  const cost = readCost(query);
  if (cost === 0) return undefined;
  const spending = { userId: key.userId, apiKeyId: key.id, credits: cost, quota: tier.requestsPerMonth };
  const id = randomUUIDv7();
  const charged = await inTime(charge(spending, id), () => cancelCharge(id, spending));
  if (charged.ok) {
    decision.remaining = charged.value;
    return undefined;
  }
  decision.unpaid = charged.error;
  decision.remaining = (await inTime(findRemaining(key.userId, tier.requestsPerMonth))) ?? undefined;
  return new ApiError("forbidden");
}

/** @throws {ApiError} for a parameter that isn't what it must be, or is there twice. */
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

/** All five, always, so that none that a client sends survives in a gateway that copies them. */
function identityHeaders({ admission }: Decision): string[] {
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
