import type { IncomingMessage } from "node:http";
import { noteAnswer } from "#lib/access-log.ts";
import type { Admission } from "#lib/api/admit.ts";
import { noteDecoyUse } from "#lib/api-keys/decoys.ts";
import type { SpendError } from "#lib/credits/spending.ts";
import { metrics } from "#lib/metrics.ts";
import { AGENT_MAX, shortAgent } from "#lib/usage/agent.ts";
import type { Outcome } from "#lib/usage/model/outcomes.ts";
import { recordRequest } from "#lib/usage/recorder.ts";

type Answered = {
  request: IncomingMessage | undefined;
  requestId: string;
  admission: Admission | undefined;
  unpaid: SpendError | undefined;
  lacksScope: boolean;
  /** The client's address. */
  address: string;
};

/** Counts an answer for the operator, and as usage if the request carried a known key. */
export function recordAnswer(answered: Answered, route: string, status: number, durationMs: number): void {
  const { request, requestId, admission, address } = answered;
  const key = admission && "key" in admission ? admission.key : undefined;
  noteAnswer({ requestId, method: request?.method ?? "", route, status, durationMs, apiKeyId: key?.id });
  if (!admission) return;
  metrics().authentications.inc({ outcome: authenticationOf(admission) });
  if (!request || !("key" in admission)) return;
  const agent = agentOf(request.headers["user-agent"]);
  if (admission.kind === "rejected" && admission.cause === "decoy")
    void noteDecoyUse({ userId: admission.key.userId, apiKeyId: admission.key.id, address, userAgent: agent });
  recordRequest({
    requestId,
    userId: admission.key.userId,
    apiKeyId: admission.key.id,
    outcome: admission.kind === "rejected" ? admission.cause : outcomeOf(status, admission.limit?.exceeded, answered),
    authenticated: admission.kind === "admitted",
    status,
    at: Date.now(),
    route,
    address,
    agent,
  });
}

/** Shortens a long user agent before it is kept: clients could fill the memory with them. */
function agentOf(agent: string | undefined): string | undefined {
  return agent && agent.length > AGENT_MAX ? shortAgent(agent) : agent;
}

function authenticationOf(admission: Admission): string {
  if (admission.kind === "rejected") return admission.cause;
  return admission.kind === "admitted" && admission.limit?.exceeded ? "rate_limited" : admission.kind;
}

function outcomeOf(status: number, limited: boolean | undefined, { unpaid, lacksScope }: Answered): Outcome {
  if (limited || status === 429) return "rate_limited";
  if (lacksScope) return "insufficient_scope";
  if (unpaid) return unpaid;
  if (status >= 500) return "error";
  return status >= 400 ? "invalid" : "ok";
}
