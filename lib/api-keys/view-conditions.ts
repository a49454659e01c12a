import type { UserId } from "#lib/accounts/model/user-id.ts";
import { hasStatus } from "#lib/api-keys/key-conditions.ts";
import { hasWarning } from "#lib/api-keys/key-health.ts";
import type { ListQuery, View } from "#lib/api-keys/model/list-view.ts";
import { Prisma } from "#lib/database/generated/client.ts";

/** "Never used" sorts as the oldest use, "Never expires" as the latest end. */
const ORDER: Record<ListQuery["sort"], Record<ListQuery["direction"], string>> = {
  name: { asc: `lower("name") ASC`, desc: `lower("name") DESC` },
  key: { asc: `"prefix" COLLATE "C" ASC`, desc: `"prefix" COLLATE "C" DESC` },
  created: { asc: `"createdAt" ASC`, desc: `"createdAt" DESC` },
  lastUsed: { asc: `"lastUsedAt" ASC NULLS FIRST`, desc: `"lastUsedAt" DESC NULLS LAST` },
  expires: { asc: `"expiresAt" ASC NULLS LAST`, desc: `"expiresAt" DESC NULLS FIRST` },
  status: { asc: `"status" ASC`, desc: `"status" DESC` },
};

/** The order of a view. The statement must select `statusAt` as "status". */
export function orderOf({ sort, direction }: ListQuery): Prisma.Sql {
  return Prisma.sql`${Prisma.raw(ORDER[sort][direction])}, "id" DESC`;
}

/**
 * Selects the keys that match a view at `now`. Only filters that the view sets are in the
 * condition, so that the others cost nothing for each key.
 */
export function matchesView(userId: UserId, view: View, now: Date): Prisma.Sql {
  const pattern = view.q.replace(/[\\%_]/g, "\\$&");
  // The display form of a key, `gt_abcd...`, means its prefix.
  const prefix = pattern.replace(/(\.{3}|…)$/, "");
  return Prisma.join(
    [
      Prisma.sql`TRUE`,
      ...(view.q ? [Prisma.sql`("name" ILIKE ${`%${pattern}%`} OR "prefix" LIKE ${`${prefix}%`})`] : []),
      ...(view.environment ? [Prisma.sql`"environment"::text = ${view.environment}`] : []),
      ...(view.status ? [hasStatus(view.status, now)] : []),
      ...(view.finding ? [hasWarning(userId, view.finding, now)] : []),
    ],
    " AND ",
  );
}
