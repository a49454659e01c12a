import { pruneEmailLinks } from "#lib/accounts/email-links.ts";
import { prunePasswordLinks } from "#lib/accounts/password-links.ts";
import { pruneSessions } from "#lib/accounts/sessions.ts";
import { pruneThrottles } from "#lib/accounts/throttle.ts";
import { pruneActivity } from "#lib/activity/prune.ts";
import { endReplacedKeys } from "#lib/api-keys/end-replaced-keys.ts";
import { closeDays } from "#lib/credits/close-days.ts";
import { pruneMovements } from "#lib/credits/prune-movements.ts";
import { sweepReservations } from "#lib/credits/store.ts";
import { exclusively } from "#lib/database/exclusive.ts";
import { pruneIdempotencyRecords } from "#lib/idempotency/store.ts";
import { revokeLeakedKeys } from "#lib/leaks/revoke-leaked-keys.ts";
import { log } from "#lib/log.ts";
import { pruneMails } from "#lib/mail/dead-letters.ts";
import { metrics } from "#lib/metrics.ts";
import { noticeExpiringKeys } from "#lib/notices/expiring-keys.ts";
import { disableIdleKeys } from "#lib/notices/idle-keys.ts";
import { noticeNewNetworks } from "#lib/notices/new-networks.ts";
import { noticeSpending } from "#lib/notices/spending.ts";
import { noticeSpendingCaps } from "#lib/notices/spending-caps.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import {
  pruneUsageAccountDays,
  pruneUsageAccountHours,
  pruneUsageBatches,
  pruneUsageDays,
  pruneUsageHours,
  pruneUsageKeyMonths,
} from "#lib/usage/prune.ts";
import { pruneCallers, pruneRejections, pruneSamples } from "#lib/usage/prune-traces.ts";

const PRUNE_INTERVAL_MS = HOUR_MS;
const NOTICE_INTERVAL_MS = 60_000;
const SWEEP_INTERVAL_MS = 15_000;

/**
 * Changes rows in bounded steps and returns how many. Rejects between two steps once `signal` is
 * aborted.
 */
type Task = (signal: AbortSignal) => Promise<number>;

export const PRUNING: Record<string, Task> = {
  throttles: pruneThrottles,
  sessions: pruneSessions,
  password_links: prunePasswordLinks,
  email_links: pruneEmailLinks,
  activity: pruneActivity,
  mails: pruneMails,
  idempotency_records: pruneIdempotencyRecords,
  closing_days: closeDays,
  credit_movements: (signal) => pruneMovements({ signal }),
  usage_hours: pruneUsageHours,
  usage_account_hours: pruneUsageAccountHours,
  usage_days: pruneUsageDays,
  usage_account_days: pruneUsageAccountDays,
  usage_key_months: pruneUsageKeyMonths,
  usage_batches: pruneUsageBatches,
  callers: pruneCallers,
  rejections: pruneRejections,
  request_samples: pruneSamples,
};
export const NOTICING: Record<string, Task> = {
  expiring_keys: noticeExpiringKeys,
  idle_keys: disableIdleKeys,
  new_networks: noticeNewNetworks,
  spending: noticeSpending,
  spending_caps: noticeSpendingCaps,
};
export const SWEEPING: Record<string, Task> = {
  replaced_keys: endReplacedKeys,
  leaked_keys: revokeLeakedKeys,
  cut_off_reservations: refundCutOff,
};

/**
 * Removes rows past their retention, notifies owners, revokes leaked keys whose time has come, and
 * refunds what a crash left reserved. Only one instance works at a time. `stop` waits for the step
 * that is running, not for those that follow.
 */
export function startUpkeep(): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const ends = [
    repeat("pruning", PRUNE_INTERVAL_MS, PRUNING, stopped.signal),
    repeat("noticing", NOTICE_INTERVAL_MS, NOTICING, stopped.signal),
    repeat("sweeping", SWEEP_INTERVAL_MS, SWEEPING, stopped.signal),
  ];
  return {
    async stop() {
      stopped.abort();
      await Promise.all(ends.map((end) => end()));
    },
  };
}

async function refundCutOff(signal: AbortSignal): Promise<number> {
  const refunded = await sweepReservations(signal);
  if (refunded > 0) log().warn({ refunded }, "credits of requests that a crash cut off were refunded");
  return refunded;
}

/** Returns a function that waits for the work that is running. */
function repeat(name: string, intervalMs: number, tasks: Record<string, Task>, signal: AbortSignal) {
  let running: Promise<unknown> | undefined;
  const run = () => {
    running ??= exclusively(name, () => runTasks(tasks, signal))
      .catch((error: unknown) => log().warn({ err: error }, `${name} failed and is tried again`))
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, intervalMs).unref();
  signal.addEventListener("abort", () => clearInterval(timer));
  run();
  return async () => void (await running);
}

/** Runs the tasks one after the other. A task that fails holds up no other. */
export async function runTasks(tasks: Record<string, Task>, signal: AbortSignal): Promise<void> {
  for (const [task, work] of Object.entries(tasks)) {
    if (signal.aborted) return;
    const end = metrics().upkeepSeconds.startTimer({ task });
    try {
      const rows = await work(signal);
      metrics().upkeepRows.inc({ task }, rows);
      if (rows > 0) log().info({ task, rows }, "scheduled work changed rows");
    } catch (error) {
      if (signal.aborted) return;
      metrics().upkeepFailures.inc({ task });
      log().warn({ err: error, task }, "scheduled work failed and is tried again");
    } finally {
      end();
    }
  }
}
