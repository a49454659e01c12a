import type { UserId } from "#lib/accounts/model/user-id.ts";
import { mustVerifyEmail } from "#lib/accounts/verified-email.ts";
import type { Caller } from "#lib/activity/record.ts";
import { type Disabling, markDisabled } from "#lib/api-keys/disable-keys.ts";
import { markDeleted, markRestored, revokeAndTell } from "#lib/api-keys/end-keys.ts";
import type { ApiKey } from "#lib/api-keys/key-columns.ts";
import { hasStatus, isListed, isLive, isOwned } from "#lib/api-keys/key-conditions.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { lockApiKeys, lockOwner } from "#lib/api-keys/locks.ts";
import type { ConfirmedSelection, Selection } from "#lib/api-keys/model/schema.ts";
import { matchesView } from "#lib/api-keys/view-conditions.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { countRecentRequests } from "#lib/usage/recent.ts";

export type UsedKey = Pick<ApiKey, "id" | "name" | "prefix" | "lastUsedAt"> & { recentRequests: number };

/** The use of selected keys, shown before many of them stop working at once. */
export type UsageSummary = {
  /** When it was read. */
  at: Date;
  /** Selected keys that are still in the list. */
  keys: number;
  active: number;
  disabled: number;
  /** Of the active ones. */
  usedLastHour: number;
  usedLastDay: number;
  /** The most recently used of those. */
  lately: UsedKey[];
};

const LATELY_USED_MAX = 10;

/** A bulk change may take as long as the largest account needs. */
export const TRANSACTION_MS = 60_000;

/** Reads the use of the keys that are selected at `now`. Another user's keys count for nothing. */
export async function readUsageSummary(userId: UserId, selection: Selection, now: Date): Promise<UsageSummary> {
  const selected = isSelected(userId, selection, now);
  const active = hasStatus("active", now);
  const usedSince = (hours: number) =>
    Prisma.sql`${active} AND "lastUsedAt" > ${new Date(now.getTime() - hours * HOUR_MS)}`;
  const [counts] = await database().$queryRaw<[Omit<UsageSummary, "at" | "lately">]>`
    SELECT count(*)::int AS "keys", count(*) FILTER (WHERE ${active})::int AS "active",
           count(*) FILTER (WHERE ${hasStatus("disabled", now)})::int AS "disabled",
           count(*) FILTER (WHERE ${usedSince(1)})::int AS "usedLastHour",
           count(*) FILTER (WHERE ${usedSince(24)})::int AS "usedLastDay"
    FROM "ApiKey" WHERE ${selected}`;
  const lately = await database().$queryRaw<Omit<UsedKey, "recentRequests">[]>`
    SELECT "id", "name", "prefix", "lastUsedAt" FROM "ApiKey" WHERE ${selected} AND ${usedSince(24)}
    ORDER BY "lastUsedAt" DESC, "id" LIMIT ${LATELY_USED_MAX}`;
  const recent = await countRecentRequests(
    userId,
    lately.map(({ id }) => id),
  );
  return {
    at: now,
    ...counts,
    lately: lately.map((key) => ({ ...key, recentRequests: recent.get(key.id) ?? 0 })),
  };
}

type BulkResult<E extends string = never> = Result<{ keys: number }, "selection_changed" | E>;

/**
 * Revokes the active and disabled ones of the selected keys, all or none, each as exactly as
 * `revokeApiKey`, and returns their number.
 *
 * `selection_changed`: it would be more keys than were confirmed, and nothing was changed.
 */
export function revokeApiKeys(userId: UserId, selection: ConfirmedSelection, caller: Caller): Promise<BulkResult> {
  const which = Prisma.sql`${isSelected(userId, selection, selection.confirmedAt)}
    AND ${isLive(selection.confirmedAt)}`;
  return change(which, selection, (transaction, ids) => revokeAndTell(transaction, userId, ids, caller));
}

/**
 * Disables the active ones of the selected keys, or enables the disabled ones, as exactly as
 * `setDisabled` and otherwise as {@link revokeApiKeys} does.
 *
 * `session_over`: the account was deleted, or its session ended, while this waited.
 * `email_unverified`: see `claimKeySlot`.
 */
export function setDisabledKeys(
  userId: UserId,
  selection: ConfirmedSelection,
  disabling: Disabling,
  caller: Caller,
): Promise<BulkResult<"session_over" | "email_unverified">> {
  const before = disabling === "disabled" ? "active" : "disabled";
  const which = Prisma.sql`${isSelected(userId, selection, selection.confirmedAt)}
    AND ${hasStatus(before, selection.confirmedAt)}`;
  return change<"session_over" | "email_unverified">(
    which,
    selection,
    (transaction, ids) => markDisabled(transaction, userId, ids, disabling, caller),
    async (transaction) => {
      if (!(await lockOwner(transaction, userId, caller))) return err("session_over");
      return disabling === "enabled" && (await mustVerifyEmail(transaction, userId)) ? err("email_unverified") : ok();
    },
  );
}

/**
 * Deletes the selected keys and revokes those that aren't revoked, as {@link revokeApiKeys} does.
 * Answers with the instant, too, by which `restoreApiKeys` finds them.
 */
export async function deleteApiKeys(
  userId: UserId,
  selection: ConfirmedSelection,
  caller: Caller,
): Promise<Result<{ keys: number; deletedAt: Date }, "selection_changed">> {
  let deletedAt = selection.confirmedAt;
  const deleted = await change(
    isSelected(userId, selection, selection.confirmedAt),
    selection,
    async (transaction, ids) => {
      deletedAt = await markDeleted(transaction, userId, ids, caller);
    },
  );
  return deleted.ok ? ok({ ...deleted.value, deletedAt }) : deleted;
}

/**
 * Puts the keys that were deleted at that instant back into the list, and returns their number.
 * They stay revoked: only their rows come back.
 */
export async function restoreApiKeys(
  userId: UserId,
  deletedAt: Date,
  caller: Caller,
): Promise<Result<{ keys: number }, "not_found">> {
  const keys = await database().$transaction(
    async (transaction) => {
      const deleted = Prisma.sql`${isOwned(userId)} AND "deletedAt" = ${deletedAt} AND "revokedAt" IS NOT NULL`;
      const ids = await lockApiKeys(transaction, deleted);
      await markRestored(transaction, userId, ids, caller);
      return ids.length;
    },
    { timeout: TRANSACTION_MS },
  );
  return keys > 0 ? ok({ keys }) : err("not_found");
}

async function change<E extends string = never>(
  which: Prisma.Sql,
  { confirmedKeys }: ConfirmedSelection,
  mark: (transaction: Transaction, ids: string[]) => Promise<unknown>,
  prepare?: (transaction: Transaction) => Promise<Result<undefined, E>>,
): Promise<BulkResult<E>> {
  const changed = await database().$transaction(
    async (transaction) => {
      const prepared = await prepare?.(transaction);
      if (prepared?.ok === false) return prepared;
      const ids = await lockApiKeys(transaction, which);
      if (ids.length > confirmedKeys) return err("selection_changed");
      await mark(transaction, ids);
      return ok({ keys: ids.length });
    },
    { timeout: TRANSACTION_MS },
  );
  // The promise holds for keys that were changed already, too.
  if (changed.ok) await outliveLeases();
  return changed;
}

/**
 * Deletes all keys of a user in a transaction that has locked the user, so that none is created
 * meanwhile. Returns their number. The caller waits for the leases.
 */
export async function deleteEveryApiKey(transaction: Transaction, userId: UserId, caller: Caller): Promise<number> {
  const ids = await lockApiKeys(transaction, isListed(userId));
  await markDeleted(transaction, userId, ids, caller);
  return ids.length;
}

/**
 * Revokes all keys of a user that aren't revoked, under the conditions of {@link
 * deleteEveryApiKey}.
 */
export async function revokeEveryApiKey(transaction: Transaction, userId: UserId, caller: Caller): Promise<number> {
  const ids = await lockApiKeys(transaction, Prisma.sql`${isListed(userId)} AND "revokedAt" IS NULL`);
  return revokeAndTell(transaction, userId, ids, caller);
}

/**
 * Selects no key that wasn't confirmed. The view is read as of that instant, so that keys that were
 * created or have expired since don't match. A key that matches for another reason, such as a new
 * name, makes more keys than were counted.
 */
function isSelected(userId: UserId, { all, ids, view }: Selection, at: Date): Prisma.Sql {
  if (!all) return Prisma.sql`${isListed(userId)} AND "id" = ANY(${ids}::uuid[])`;
  return Prisma.sql`${isListed(userId)} AND ${matchesView(userId, view, at)}
    AND "createdAt" <= ${at} AND "id" <> ALL(${ids}::uuid[])`;
}
