import type { UserId } from "#lib/accounts/model/user-id.ts";
import { hasStatus, IS_RESTRICTED, statusAt } from "#lib/api-keys/key-conditions.ts";
import { hasWarning } from "#lib/api-keys/key-health.ts";
import { KEY_START } from "#lib/api-keys/model/key-text.ts";
import type { ListQuery, View } from "#lib/api-keys/model/list-view.ts";
import { oldKeys } from "#lib/api-keys/rotation-chain.ts";
import { Prisma } from "#lib/database/generated/client.ts";

/** "Never used" sorts as the oldest use, "Never expires" as the latest end. */
const ORDER: Record<Exclude<ListQuery["sort"], "status">, Record<ListQuery["direction"], string>> = {
  name: { asc: `lower("name") ASC`, desc: `lower("name") DESC` },
  key: { asc: `"prefix" COLLATE "C" ASC`, desc: `"prefix" COLLATE "C" DESC` },
  created: { asc: `"createdAt" ASC`, desc: `"createdAt" DESC` },
  lastUsed: { asc: `"lastUsedAt" ASC NULLS FIRST`, desc: `"lastUsedAt" DESC NULLS LAST` },
  expires: { asc: `"expiresAt" ASC NULLS LAST`, desc: `"expiresAt" DESC NULLS FIRST` },
};

/** The order of a view at `now`. */
export function orderOf({ sort, direction }: ListQuery, now: Date): Prisma.Sql {
  const first =
    sort === "status"
      ? Prisma.sql`${statusAt(now)} ${Prisma.raw(direction === "asc" ? "ASC" : "DESC")}`
      : Prisma.raw(ORDER[sort][direction]);
  return Prisma.sql`${first}, "id" DESC`;
}

/**
 * Selects the keys that match a view at `now`. Only filters that the view sets are in the
 * condition, so that the others cost nothing for each key.
 */
export function matchesView(userId: UserId, view: View, now: Date): Prisma.Sql {
  return Prisma.join(
    [
      Prisma.sql`TRUE`,
      ...(view.q ? [matchesText(view.q)] : []),
      ...(view.environment ? [Prisma.sql`"environment"::text = ${view.environment}`] : []),
      ...(view.status ? [hasStatus(view.status, now)] : []),
      ...(view.finding ? [hasWarning(userId, view.finding, now)] : []),
      ...(view.use ? [hasUse(userId, view.use, now)] : []),
      ...(view.restricted ? [Prisma.sql`${IS_RESTRICTED} = ${view.restricted === "yes"}`] : []),
    ],
    " AND ",
  );
}

/**
 * Searches by name, or by the display form of a key: `gt_abcd`, `gt_abcd…` or `gt_abcd…wxyz`. Each
 * key costs half of what `ILIKE` takes, and no search of its form if the text can't be one.
 */
function matchesText(text: string): Prisma.Sql {
  const named = Prisma.sql`strpos(lower("name"), lower(${text}::text)) > 0`;
  const [start = "", lastFour] = text.split(/\.{3}|…/);
  if (!KEY_START.startsWith(start.slice(0, KEY_START.length))) return named;
  const shown = Prisma.sql`starts_with("prefix", ${start})`;
  const whole = lastFour ? Prisma.sql`${shown} AND starts_with("lastFour", ${lastFour})` : shown;
  return Prisma.sql`(${named} OR (${whole}))`;
}

function hasUse(userId: UserId, use: NonNullable<View["use"]>, now: Date): Prisma.Sql {
  if (use === "old_key") return Prisma.sql`"id" IN (SELECT "id" FROM (${oldKeys(userId, now)}) o WHERE "usedSince")`;
  return Prisma.sql`${hasStatus("active", now)} AND "lastUsedAt" IS NULL`;
}
