import { isDeepStrictEqual } from "node:util";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { KEY_SELECT } from "#lib/api-keys/key-columns.ts";
import { namesUnknownScope } from "#lib/api-keys/known-scopes.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { lockApiKey, lockOwner } from "#lib/api-keys/locks.ts";
import {
  isRestricted,
  type Restrictions,
  restrictionColumns,
  restrictionsOf,
} from "#lib/api-keys/model/restrictions.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";
import { widenings } from "#lib/api-keys/model/widened.ts";
import { database } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";

type RestrictionsError = "not_found" | "not_active" | "restrictions_changed" | "unknown_scope" | "session_over";

/**
 * Replaces the restrictions of an active or disabled key. When this returns, no instance uses the
 * old ones. The activity record has only the restrictions that changed.
 *
 * `not_active`: a key that has ended never works again. `restrictions_changed`: the restrictions
 * aren't the ones that the user saw. `unknown_scope`, `session_over`: as in `createApiKey`. The key
 * may keep permissions that no longer exist.
 */
export async function changeRestrictions(
  userId: UserId,
  id: string,
  restrictions: Restrictions,
  caller: Caller,
  seen?: Restrictions,
): Promise<Result<undefined, RestrictionsError>> {
  const changed = await database().$transaction(async (transaction) => {
    if (!(await lockOwner(transaction, userId, caller))) return err("session_over");
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    const key = await transaction.apiKey.findUniqueOrThrow({ where: { id, userId }, select: KEY_SELECT });
    if (!isLiveKey(key, new Date())) return err("not_active");
    const before = restrictionsOf(key);
    if (seen && !isDeepStrictEqual(seen, before)) return err("restrictions_changed");
    if (namesUnknownScope(restrictions, before)) return err("unknown_scope");
    const { from, to } = differences(before, restrictions);
    if (Object.keys(to).length === 0) return ok();
    const columns = restrictionColumns(restrictions);
    await transaction.apiKey.update({
      where: { id, userId },
      data: { ...columns, ...(isRestricted(columns) ? {} : { loosened: true }) },
      select: { id: true },
    });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.restrictions_changed",
      apiKeyId: id,
      details: { name: key.name, from, to },
    });
    const changes = widenings(before, restrictions);
    const { name, prefix, environment } = key;
    if (changes.length > 0)
      await queueMail(transaction, userId, "api_key.widened", { key: { id, name, prefix, environment }, changes });
    return ok();
  });
  // Waits even if nothing changed, because a parallel call may have just made the same change.
  if (changed.ok) await outliveLeases();
  return changed;
}

/** Returns the restrictions that differ, of both. */
function differences(before: Restrictions, after: Restrictions) {
  const names = (Object.keys(before) as (keyof Restrictions)[]).filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );
  const part = (of: Restrictions): Partial<Restrictions> => Object.fromEntries(names.map((name) => [name, of[name]]));
  return { from: part(before), to: part(after) };
}
