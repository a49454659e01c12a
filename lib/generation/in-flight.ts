import { totalmem } from "node:os";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** More would keep the event loop busy with images alone. */
const BUDGET_MAX_BYTES = 2 * 1024 ** 3;
/** What answers of the image provider may take of the memory of the machine or container. */
const BUDGET_BYTES = Math.min(BUDGET_MAX_BYTES, memoryBytes() / 4);
/** What one account's may take of it. */
export const ACCOUNT_BUDGET_BYTES = BUDGET_BYTES / 4;

/** `account_busy`: other requests of the account must end first. `process_busy`: those of all accounts. */
export type BusyError = "account_busy" | "process_busy";

const bytesByAccount = new Map<string, number>();
let takenBytes = 0;
let waiting: (() => void)[] = [];

/**
 * Keeps memory for an answer of at most `bytes`, or says that there is none, before anything is charged; one answer is always
 * possible. What it returns gives the memory back, however often it is called: when the caller has read the answer.
 */
export function takePlace(userId: UserId, bytes: number): Result<() => void, BusyError> {
  const own = bytesByAccount.get(userId) ?? 0;
  if (own > 0 && own + bytes > ACCOUNT_BUDGET_BYTES) return err("account_busy");
  if (takenBytes > 0 && takenBytes + bytes > BUDGET_BYTES) return err("process_busy");
  add(userId, bytes);
  let taken = true;
  return ok(() => {
    if (taken) add(userId, -bytes);
    taken = false;
  });
}

/** Resolves as soon as no work is in flight and no answer unread. */
export function allPlacesFree(): Promise<void> {
  return new Promise((resolve) => {
    if (takenBytes === 0) resolve();
    else waiting.push(resolve);
  });
}

function add(userId: UserId, bytes: number): void {
  const own = (bytesByAccount.get(userId) ?? 0) + bytes;
  if (own === 0) bytesByAccount.delete(userId);
  else bytesByAccount.set(userId, own);
  takenBytes += bytes;
  if (takenBytes > 0) return;
  for (const resolve of waiting) resolve();
  waiting = [];
}

function memoryBytes(): number {
  // 0 where nothing constrains the process.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
