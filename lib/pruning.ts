import { pruneSessions } from "#lib/accounts/sessions.ts";
import { pruneThrottles } from "#lib/accounts/throttle.ts";
import { pruneActivity } from "#lib/activity/prune.ts";
import { exclusively } from "#lib/database/exclusive.ts";
import { log } from "#lib/log.ts";

const INTERVAL_MS = 3_600_000;

/** Removes now and every hour what is kept only for a time. Of all instances one does it at a time. */
export function startPruning(): void {
  setInterval(() => void prune(), INTERVAL_MS).unref();
  void prune();
}

async function prune(): Promise<void> {
  try {
    await exclusively("pruning", async () => {
      await pruneThrottles();
      await pruneSessions();
      await pruneActivity();
    });
  } catch (error) {
    log().warn({ err: error }, "pruning failed and is tried again in an hour");
  }
}
