import { pool } from "#lib/database/client.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";
import { inTurn } from "#lib/in-turn.ts";

const REFUSALS_OF_AN_ACCOUNT = 1_000;
const CALLERS_OF_A_KEY = 20;
const BATCH_OWNERS = 500;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";
const AFTER_ALL_IDS = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** Usage by hour is kept for 90 days and by day for 2 years, and of callers and refusals the latest. */
export function pruneUsage(): Promise<void> {
  return inTurn(
    () => removeInSteps("UsageHour", `SELECT ctid FROM "UsageHour" WHERE "hour" < now() - interval '90 days'`),
    () => removeInSteps("UsageDay", `SELECT ctid FROM "UsageDay" WHERE "day" < (now() AT TIME ZONE 'UTC')::date - 730`),
    () =>
      removeInSteps(
        "UsageAccountDay",
        `SELECT ctid FROM "UsageAccountDay" WHERE "day" < (now() AT TIME ZONE 'UTC')::date - 730`,
      ),
    () =>
      removeInSteps(
        "UsageKeyMonth",
        `SELECT ctid FROM "UsageKeyMonth" WHERE "month" < date_trunc('month', (now() AT TIME ZONE 'UTC')::date - 730)`,
      ),
    () => removeInSteps("UsageBatch", `SELECT ctid FROM "UsageBatch" WHERE "writtenAt" < now() - interval '1 day'`),
    () => keepLatest(CALLERS_OF_A_KEY, "UsageCaller", "lastSeenAt", "apiKeyId", "ApiKey"),
    () => keepLatest(REFUSALS_OF_AN_ACCOUNT, "Refusal", "createdAt", "userId", "User"),
  );
}

async function keepLatest(count: number, table: string, time: string, ownerId: string, owners: string): Promise<void> {
  for (let after = BEFORE_ALL_IDS, last = after; last !== AFTER_ALL_IDS; after = last) {
    const { rows } = await pool().query<{ id: string }>(
      `SELECT "id" FROM "${owners}" WHERE "id" > $1 ORDER BY "id" OFFSET ${BATCH_OWNERS - 1} LIMIT 1`,
      [after],
    );
    last = rows[0]?.id ?? AFTER_ALL_IDS;
    await removeInSteps(
      table,
      `SELECT r.ctid FROM "${owners}" o, LATERAL (
         SELECT ctid FROM "${table}" WHERE "${ownerId}" = o."id" ORDER BY "${time}" DESC OFFSET ${count}
       ) r WHERE o."id" > $1 AND o."id" <= $2`,
      [after, last],
    );
  }
}
