import { prunePasswordLinks } from "#lib/accounts/password-links.ts";
import { pruneDeletedAccounts } from "#lib/accounts/prune-deleted.ts";
import { pruneSessions } from "#lib/accounts/sessions.ts";
import { pruneThrottles } from "#lib/accounts/throttle.ts";
import { pruneActivity } from "#lib/activity/prune.ts";
import { endReplacedKeys } from "#lib/api-keys/rotation.ts";
import { closeDays } from "#lib/credits/close-days.ts";
import { pruneMovements } from "#lib/credits/prune-movements.ts";
import { sweepReservations } from "#lib/credits/store.ts";
import { exclusively } from "#lib/database/exclusive.ts";
import { pruneIdempotencyRecords } from "#lib/idempotency/store.ts";
import { inTurn } from "#lib/in-turn.ts";
import { log } from "#lib/log.ts";
import { pruneUsage } from "#lib/usage/prune.ts";

const PRUNE_INTERVAL_MS = 3_600_000;
const SWEEP_INTERVAL_MS = 15_000;

/** Removes what is kept only for a time, and refunds what a crash left reserved. Of all instances one does it at a time. */
export function startUpkeep(): void {
  repeat("pruning", PRUNE_INTERVAL_MS, () =>
    inTurn(
      pruneThrottles,
      pruneSessions,
      prunePasswordLinks,
      pruneActivity,
      pruneIdempotencyRecords,
      closeDays,
      pruneMovements,
      pruneUsage,
      pruneDeletedAccounts,
    ),
  );
  repeat("sweeping", SWEEP_INTERVAL_MS, () => inTurn(endReplacedKeys, refundCutOff));
}

async function refundCutOff(): Promise<void> {
  const refunded = await sweepReservations();
  if (refunded > 0) log().warn({ refunded }, "credits of requests that a crash cut off were refunded");
}

function repeat(name: string, intervalMs: number, work: () => Promise<void>): void {
  const run = () =>
    exclusively(name, work).catch((error: unknown) => log().warn({ err: error }, `${name} failed and is tried again`));
  setInterval(run, intervalMs).unref();
  void run();
}
