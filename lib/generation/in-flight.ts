import { totalmem } from "node:os";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** A larger budget would keep the event loop busy with images alone. */
const BUDGET_MAX_BYTES = 2 * 1024 ** 3;
/** The part of the machine's or container's memory that answers of the provider may take. */
const BUDGET_BYTES = Math.min(BUDGET_MAX_BYTES, memoryBytes() / 4);
/** The part of the budget that one account may take. */
export const ACCOUNT_BUDGET_BYTES = BUDGET_BYTES / 4;

/**
 * `account_busy`: the account has too many images in flight. `process_busy`: all accounts together
 * have.
 */
export type BusyError = "account_busy" | "process_busy";

const bytesByAccount = new Map<string, number>();
let takenBytes = 0;
let waiting: (() => void)[] = [];

/**
 * Reserves memory for an answer of at most `bytes` before anything is charged. One answer always
 * fits. Returns the function that releases the memory, to be called when the caller has read the
 * answer; further calls do nothing.
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

/** Resolves when no image is in flight and no answer unread. */
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
  // It is 0 if nothing constrains the process.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
