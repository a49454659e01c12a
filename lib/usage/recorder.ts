import { randomUUID } from "node:crypto";
import { pool } from "#lib/database/client.ts";
import { log, printable } from "#lib/log.ts";
import { addressPrefix } from "#lib/usage/address-prefix.ts";
import { OUTCOMES, type Outcome } from "#lib/usage/outcomes.ts";

export type RequestNote = {
  requestId: string;
  userId: string;
  apiKeyId: string;
  outcome: Outcome;
  /** Whether the key was let in, so that this is a use of it. */
  authenticated: boolean;
  at: number;
  route: string;
  address: string;
  agent: string | undefined;
};

const FLUSH_INTERVAL_MS = 2_000;
const HOUR_MS = 3_600_000;
const AGENT_MAX = 200;
/** A key may bring so many new callers and refusals into one batch: a flood must not fill memory or tables. */
const CALLERS_MAX = 20;
const REFUSALS_MAX = 20;
/** Refusals whose cause the owner can look up by request id. */
const REFUSED: ReadonlySet<Outcome> = new Set(OUTCOMES.filter((o) => !["ok", "invalid", "error"].includes(o)));

/** What one key did since the last batch. */
type KeyUsage = {
  /** Requests by `hour * OUTCOMES.length + outcome`. */
  counts: Map<number, number>;
  lastUse?: RequestNote;
  callers: Map<string, { note: RequestNote; requests: number }>;
  refusals: RequestNote[];
};

/** Only the API records, so it doesn't matter that Next has a copy of this module. */
let current = new Map<string, KeyUsage>();
/** The batch whose writing was begun; kept as it is until the database has confirmed it. */
let batch: { id: string; usage: Map<string, KeyUsage> } | undefined;
let timer: NodeJS.Timeout | undefined;
let flushing: Promise<void> = Promise.resolve();
let flushedAt = Date.now();

/** Counts an answered request; written within a few seconds, and never on the request's path. */
export function recordRequest(note: RequestNote): void {
  let usage = current.get(note.apiKeyId);
  if (!usage) {
    usage = { counts: new Map(), callers: new Map(), refusals: [] };
    current.set(note.apiKeyId, usage);
  }
  const slot = Math.floor(note.at / HOUR_MS) * OUTCOMES.length + OUTCOMES.indexOf(note.outcome);
  usage.counts.set(slot, (usage.counts.get(slot) ?? 0) + 1);
  if (note.authenticated) usage.lastUse = note;
  const id = `${note.address} ${note.route} ${note.agent}`;
  const caller = usage.callers.get(id);
  if (caller) {
    caller.note = note;
    caller.requests += 1;
  } else if (usage.callers.size < CALLERS_MAX) usage.callers.set(id, { note, requests: 1 });
  if (REFUSED.has(note.outcome) && usage.refusals.length < REFUSALS_MAX) usage.refusals.push(note);
}

export function startRecording(): void {
  timer ??= setInterval(() => void flushUsage(), FLUSH_INTERVAL_MS).unref();
}

/** Stops the clock and writes what is left: a batch that failed before, and the rest. */
export async function stopRecording(): Promise<void> {
  clearInterval(timer);
  timer = undefined;
  await flushUsage();
  await flushUsage();
}

/** Seconds since everything recorded until then was written. */
export function flushLagSeconds(): number {
  return current.size === 0 && !batch ? 0 : (Date.now() - flushedAt) / 1000;
}

/** Writes all that was recorded so far in one statement. What can't be written is kept and tried again as the same batch. */
export function flushUsage(): Promise<void> {
  flushing = flushing.then(async () => {
    if (!batch && current.size > 0) {
      batch = { id: randomUUID(), usage: current };
      current = new Map();
    }
    if (batch) {
      try {
        await pool().query({
          name: "write-usage",
          text: WRITE,
          values: [batch.id, JSON.stringify(rowsOf(batch.usage))],
        });
      } catch (error) {
        log().warn({ err: error }, "usage could not be written and is kept");
        return;
      }
      batch = undefined;
    }
    flushedAt = Date.now();
  });
  return flushing;
}

function rowsOf(usage: Map<string, KeyUsage>) {
  const all = [...usage];
  const iso = (ms: number) => new Date(ms).toISOString();
  const callerOf = (note: RequestNote) => ({
    addressPrefix: addressPrefix(note.address) ?? "",
    userAgent: printable(note.agent ?? "").slice(0, AGENT_MAX),
    route: note.route,
    at: iso(note.at),
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
    refusals: all.flatMap(([apiKeyId, { refusals }]) =>
      refusals.map((note) => ({
        apiKeyId,
        requestId: note.requestId,
        userId: note.userId,
        cause: note.outcome,
        ...callerOf(note),
      })),
    ),
  };
}

/**
 * Rows are written in one order, so that two instances don't deadlock; `lastUsedAt` never moves backwards; a batch that
 * is there already, because only the answer to its writing was lost, changes nothing.
 */
const WRITE = `
  WITH "batch" AS (
    INSERT INTO "UsageBatch" ("id") VALUES ($1::uuid) ON CONFLICT DO NOTHING RETURNING $2::jsonb AS "rows"
  ), "count" AS (
    SELECT c.* FROM "batch", jsonb_to_recordset("rows"->'counts')
      AS c("apiKeyId" uuid, "hour" timestamptz, "outcome" text, "requests" int)
  ), "hours" AS (
    INSERT INTO "UsageHour" AS h ("apiKeyId", "hour", "outcome", "requests")
    SELECT * FROM "count" ORDER BY "apiKeyId", "hour", "outcome"
    ON CONFLICT ("apiKeyId", "hour", "outcome") DO UPDATE SET "requests" = h."requests" + excluded."requests"
  ), "days" AS (
    INSERT INTO "UsageDay" AS d ("apiKeyId", "day", "outcome", "requests")
    SELECT "apiKeyId", ("hour" AT TIME ZONE 'UTC')::date, "outcome", sum("requests")::int FROM "count"
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT ("apiKeyId", "day", "outcome") DO UPDATE SET "requests" = d."requests" + excluded."requests"
  ), "callers" AS (
    INSERT INTO "UsageCaller" AS o ("apiKeyId", "addressPrefix", "userAgent", "route", "requests", "lastSeenAt")
    SELECT c."apiKeyId", c."addressPrefix", c."userAgent", c."route", sum(c."requests")::int, max(c."at")
    FROM "batch", jsonb_to_recordset("rows"->'callers')
      AS c("apiKeyId" uuid, "addressPrefix" text, "userAgent" text, "route" text, "requests" int, "at" timestamptz)
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT ("apiKeyId", "addressPrefix", "userAgent", "route")
      DO UPDATE SET "lastSeenAt" = greatest(o."lastSeenAt", excluded."lastSeenAt"), "requests" = o."requests" + excluded."requests"
  ), "refusals" AS (
    INSERT INTO "Refusal" ("requestId", "userId", "apiKeyId", "cause", "route", "addressPrefix", "userAgent", "createdAt")
    SELECT r."requestId", r."userId", r."apiKeyId", r."cause", r."route", r."addressPrefix", r."userAgent", r."at"
    FROM "batch", jsonb_to_recordset("rows"->'refusals')
      AS r("requestId" uuid, "userId" uuid, "apiKeyId" uuid, "cause" text, "route" text, "addressPrefix" text, "userAgent" text, "at" timestamptz)
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
