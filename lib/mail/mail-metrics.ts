import { setTimeout as sleep } from "node:timers/promises";
import { database } from "#lib/database/client.ts";
import { log } from "#lib/log.ts";
import { metrics, observeGauge } from "#lib/metrics.ts";

const READ_MS = 15_000;

export type OutboxState = {
  waiting: number;
  /** Failed and not queued again. */
  failed: number;
  /** Age of the oldest email that is due for delivery, in seconds. */
  oldestS: number;
};

/** Counts and logs the outcome of an attempt, or that an email failed without another attempt. */
export function noteOutcome(
  { id, kind, attempts }: { id: string; kind: string; attempts: number },
  outcome: "sent" | "failed" | "retried",
  problem?: string,
): void {
  log()[outcome === "failed" ? "error" : problem ? "warn" : "info"](
    { mail: id, kind, attempts, problem },
    `email ${outcome}`,
  );
  metrics().mails.inc({ outcome });
}

/**
 * Reads the outbox periodically for Prometheus. Every process that delivers reports the same
 * values.
 */
export async function observeOutbox(signal: AbortSignal): Promise<void> {
  let last: OutboxState = { waiting: 0, failed: 0, oldestS: 0 };
  observeGauge("goodtake_mail_outbox", "Emails by state: waiting, failed.", "state", () => ({
    waiting: last.waiting,
    failed: last.failed,
  }));
  observeGauge("goodtake_mail_age_seconds", "Age of the oldest email that is due for delivery.", "queue", () => ({
    outbox: last.oldestS,
  }));
  while (!signal.aborted) {
    try {
      last = await readOutbox();
    } catch (error) {
      log().debug({ err: error }, "the outbox can't be read and will be retried");
    }
    await sleep(READ_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

export async function readOutbox(): Promise<OutboxState> {
  const [state] = await database().$queryRaw<OutboxState[]>`
    SELECT (SELECT count(*)::int FROM "Mail" WHERE "endedAt" IS NULL) AS "waiting",
      (SELECT count(*)::int FROM "Mail" WHERE "outcome" = 'failed') AS "failed",
      coalesce((SELECT extract(epoch FROM now() - min("createdAt")) FROM "Mail"
        WHERE "endedAt" IS NULL AND ("attempts" > 0 OR "dueAt" <= now())), 0)::float8 AS "oldestS"`;
  return state as OutboxState;
}
