import type { UserId } from "#lib/accounts/model/user-id.ts";
import { remembered } from "#lib/text/remembered.ts";
import { HOUR_MS, MINUTE_MS } from "#lib/time/model/duration.ts";
import { addressPrefix } from "#lib/usage/address-prefix.ts";
import { shortAgent } from "#lib/usage/agent.ts";
import { OUTCOMES, type Outcome } from "#lib/usage/model/outcomes.ts";

export type RequestNote = {
  requestId: string;
  userId: UserId;
  apiKeyId: string;
  outcome: Outcome;
  /** Whether the key was accepted, which makes the request a use of it. */
  authenticated: boolean;
  /** The HTTP status of the answer. */
  status: number;
  at: number;
  route: string;
  address: string;
  agent: string | undefined;
};

/** What one key did since the last batch. */
export type CollectedUsage = {
  /** Requests by `hour * OUTCOMES.length + outcome`. */
  counts: Map<number, number>;
  lastUse?: RequestNote;
  callers: Map<string, { note: RequestNote; requests: number }>;
  rejections: RequestNote[];
  /** The first successful request, a candidate for the sample that Logs show. */
  success?: RequestNote;
};

/** Returns the rows of a batch as {@link WRITE_USAGE} reads them from JSON. */
export function rowsOf(all: [apiKeyId: string, usage: CollectedUsage][]) {
  const iso = (ms: number) => new Date(ms).toISOString();
  const callerOf = (note: RequestNote) => ({
    addressPrefix: networkOf(note.address),
    userAgent: agentOf(note.agent ?? ""),
    route: note.route,
    at: iso(note.at),
  });
  const logged = (note: RequestNote) => ({
    apiKeyId: note.apiKeyId,
    requestId: note.requestId,
    userId: note.userId,
    status: note.status,
    ...callerOf(note),
  });
  return {
    counts: all.flatMap(([apiKeyId, { counts }]) =>
      [...counts].map(([slot, requests]) => ({
        apiKeyId,
        hour: iso(Math.floor(slot / OUTCOMES.length) * HOUR_MS),
        outcome: OUTCOMES[slot % OUTCOMES.length],
        requests,
      })),
    ),
    uses: all.flatMap(([apiKeyId, { lastUse }]) => (lastUse ? [{ apiKeyId, ...callerOf(lastUse) }] : [])),
    callers: all.flatMap(([apiKeyId, { callers }]) =>
      [...callers.values()].map(({ note, requests }) => ({ apiKeyId, requests, ...callerOf(note) })),
    ),
    rejections: all.flatMap(([, { rejections }]) =>
      rejections.map((note) => ({ cause: note.outcome, ...logged(note) })),
    ),
    samples: all.flatMap(([, { success }]) =>
      success ? [{ minute: iso(Math.floor(success.at / MINUTE_MS) * MINUTE_MS), ...logged(success) }] : [],
    ),
  };
}

/**
 * Identifies a caller. Machines in one network count as one caller, so that they don't push other
 * callers out of a batch.
 */
export function callerId({ address, route, agent }: RequestNote): string {
  return `${networkOf(address)} ${route} ${agentOf(agent ?? "")}`;
}

// The same addresses and user agents come again and again.
const networkOf = remembered((address) => addressPrefix(address) ?? "");
const agentOf = remembered(shortAgent);

export type UsageRows = { [Kind in keyof ReturnType<typeof rowsOf>]: object[] };

/**
 * Splits the rows of a batch into two halves, to find a bad row. Returns undefined for a single
 * row.
 */
export function halve(rows: UsageRows): [UsageRows, UsageRows] | undefined {
  const all = Object.entries(rows).flatMap(([kind, list]) => list.map((row) => ({ kind, row })));
  if (all.length <= 1) return undefined;
  const half = (part: typeof all): UsageRows => {
    const of = (wanted: keyof UsageRows) => part.flatMap(({ kind, row }) => (kind === wanted ? [row] : []));
    return {
      counts: of("counts"),
      uses: of("uses"),
      callers: of("callers"),
      rejections: of("rejections"),
      samples: of("samples"),
    };
  };
  const middle = Math.ceil(all.length / 2);
  return [half(all.slice(0, middle)), half(all.slice(middle))];
}

/**
 * SQL: writes a batch. Rows are written in one order, so that two instances don't deadlock.
 * `lastUsedAt` never moves backwards. A batch that is already written, because only its
 * confirmation was lost, changes nothing.
 */
export const WRITE_USAGE = `
  WITH "batch" AS (
    INSERT INTO "UsageBatch" ("id") VALUES ($1::uuid) ON CONFLICT DO NOTHING RETURNING $2::jsonb AS "rows"
  ), "count" AS (
    SELECT c.* FROM "batch", jsonb_to_recordset("rows"->'counts')
      AS c("apiKeyId" uuid, "hour" timestamptz, "outcome" text, "requests" bigint)
  ), "hours" AS (
    INSERT INTO "UsageHour" AS h ("apiKeyId", "hour", "outcome", "requests")
    SELECT * FROM "count" ORDER BY "apiKeyId", "hour", "outcome"
    ON CONFLICT ("apiKeyId", "hour", "outcome") DO UPDATE SET "requests" = h."requests" + excluded."requests"
  ), "days" AS (
    INSERT INTO "UsageDay" AS d ("apiKeyId", "day", "outcome", "requests")
    SELECT "apiKeyId", ("hour" AT TIME ZONE 'UTC')::date, "outcome", sum("requests")::bigint FROM "count"
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT ("apiKeyId", "day", "outcome") DO UPDATE SET "requests" = d."requests" + excluded."requests"
  ), "callers" AS (
    INSERT INTO "UsageCaller" AS o ("apiKeyId", "addressPrefix", "userAgent", "route", "requests", "lastSeenAt")
    SELECT c."apiKeyId", c."addressPrefix", c."userAgent", c."route", sum(c."requests")::bigint, max(c."at")
    FROM "batch", jsonb_to_recordset("rows"->'callers')
      AS c("apiKeyId" uuid, "addressPrefix" text, "userAgent" text, "route" text, "requests" bigint, "at" timestamptz)
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT ("apiKeyId", "addressPrefix", "userAgent", "route")
      DO UPDATE SET "lastSeenAt" = greatest(o."lastSeenAt", excluded."lastSeenAt"), "requests" = o."requests" + excluded."requests"
  ), "rejections" AS (
    INSERT INTO "Refusal" ("requestId", "userId", "apiKeyId", "cause", "status", "route", "addressPrefix", "userAgent", "createdAt")
    SELECT r."requestId", r."userId", r."apiKeyId", r."cause", r."status", r."route", r."addressPrefix", r."userAgent", r."at"
    FROM "batch", jsonb_to_recordset("rows"->'rejections')
      AS r("requestId" uuid, "userId" uuid, "apiKeyId" uuid, "cause" text, "status" smallint, "route" text, "addressPrefix" text, "userAgent" text, "at" timestamptz)
    ON CONFLICT DO NOTHING
  ), "samples" AS (
    INSERT INTO "RequestSample" ("apiKeyId", "minute", "requestId", "userId", "status", "route", "addressPrefix", "userAgent", "createdAt")
    SELECT s."apiKeyId", s."minute", s."requestId", s."userId", s."status", s."route", s."addressPrefix", s."userAgent", s."at"
    FROM "batch", jsonb_to_recordset("rows"->'samples')
      AS s("apiKeyId" uuid, "minute" timestamptz, "requestId" uuid, "userId" uuid, "status" smallint, "route" text, "addressPrefix" text, "userAgent" text, "at" timestamptz)
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING
  ), "use" AS (
    SELECT u.* FROM "batch", jsonb_to_recordset("rows"->'uses')
      AS u("apiKeyId" uuid, "addressPrefix" text, "userAgent" text, "at" timestamptz)
  ), "locked" AS (
    SELECT "id" FROM "ApiKey" WHERE "id" IN (SELECT "apiKeyId" FROM "use") ORDER BY "id" FOR NO KEY UPDATE
  )
  UPDATE "ApiKey" k
  SET "lastUsedAt" = u."at", "lastUsedAddress" = nullif(u."addressPrefix", ''), "lastUsedAgent" = nullif(u."userAgent", '')
  FROM "use" u JOIN "locked" l ON l."id" = u."apiKeyId"
  WHERE k."id" = u."apiKeyId" AND (k."lastUsedAt" IS NULL OR k."lastUsedAt" < u."at")`;
