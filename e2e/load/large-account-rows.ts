/** The size of an account, spread evenly over its last `days`. */
export type AccountSize = {
  charges: number;
  activity: number;
  keys: number;
  days: number;
  sessions: number;
  answers: number;
};
export type SizedAccount = AccountSize & { id: string };

/**
 * The statement that makes a table's rows for one account. The temporary table "Key" ("place",
 * "id") has its keys.
 */
export type Fill = { table: string; columns: string; rows: (account: SizedAccount) => string };

const NO_KEY = "00000000-0000-0000-0000-000000000000";
const TODAY = "(now() AT TIME ZONE 'UTC')::date";
const AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
/**
 * UsageHour keeps 90 days (lib/usage/prune.ts). Both tables have two days more, which pruning
 * removes.
 */
const HOUR_DAYS = 92;
const PRUNED_DAYS = 2;

/** The instant of the ith of `count` rows, the latest last. */
const at = (count: number, days: number) => `now() - interval '${days} days' * (1 - (i - 0.5) / ${count})`;
const numbers = (count: number) => `(SELECT generate_series(1, ${count}) AS i)`;

/** The rows that requests, sign-ins and changes write. */
const DETAILS: Fill[] = [
  {
    table: "CreditMovement",
    columns: `"id", "userId", "kind", "amount", "apiKeyId", "reservationId", "createdAt"`,
    // One charge in 99 was refunded, under an id that follows from its own (lib/credits/store.ts).
    rows: ({ id, charges, keys, days }) => `
      SELECT CASE kind WHEN 'refunded' THEN overlay(c.id::text PLACING '8' FROM 15)::uuid ELSE c.id END, '${id}'::uuid,
        kind::"CreditMovementKind", amount, k."id", CASE WHEN c.i % 99 = 0 THEN c.id END, c.at
      FROM (SELECT i, gen_random_uuid() AS id, ${at(charges, days)} AS at FROM ${numbers(charges)} n) c
      JOIN "Key" k ON k."place" = c.i % ${keys}
      JOIN (VALUES ('charged', -1), ('refunded', 1)) m(kind, amount) ON kind = 'charged' OR c.i % 99 = 0
      UNION ALL
      SELECT gen_random_uuid(), '${id}', 'granted', ${charges + 1_000_000}, NULL, NULL, now() - interval '${days} days'`,
  },
  {
    table: "Activity",
    columns: `"id", "userId", "actor", "action", "apiKeyId", "details", "address", "userAgent", "createdAt"`,
    // Of five thousand records one is of the account itself: a filter has to find few among many.
    rows: ({ id, activity, keys, days }) => `
      SELECT uuidv7(at - now()), '${id}'::uuid, 'user'::"Actor", CASE WHEN own THEN 'account.signed_in' ELSE 'api_key.renamed' END,
        CASE WHEN NOT own THEN k."id" END,
        CASE WHEN own THEN '{"with":"password"}' ELSE '{"from":"Before","to":"After"}' END::jsonb, '203.0.113.7', '${AGENT}', at
      FROM (SELECT i, i % 5000 = 1 AS own, ${at(activity, days)} AS at FROM ${numbers(activity)} n) a
      JOIN "Key" k ON k."place" = a.i % ${keys}`,
  },
  {
    table: "UsageHour",
    columns: `"apiKeyId", "hour", "outcome", "requests"`,
    rows: ({ days }) => `
      SELECT k."id", hour, outcome, requests
      FROM generate_series(date_trunc('day', now(), 'UTC') - interval '${Math.min(days, HOUR_DAYS) - 1} days', now(), interval '6 hours') hour,
        "Key" k, (VALUES ('ok', 20), ('rate_limited', 1)) o(outcome, requests) WHERE outcome = 'ok' OR k."place" % 10 = 0`,
  },
  {
    table: "UsageCaller",
    columns: `"apiKeyId", "addressPrefix", "userAgent", "route", "requests", "lastSeenAt"`,
    rows: ({ keys }) => `
      SELECT k."id", '203.0.' || i || '.0/24', 'python-requests/2.32.3', '/api/v1/auth', 1000, now() - i * interval '1 hour'
      FROM "Key" k, generate_series(1, ${Math.min(keys, 21)}) i`,
  },
  {
    table: "Refusal",
    columns: `"requestId", "userId", "apiKeyId", "cause", "route", "addressPrefix", "userAgent", "createdAt"`,
    rows: ({ id, keys }) => `
      SELECT gen_random_uuid(), '${id}'::uuid, k."id", 'rate_limited', '/api/v1/auth', '203.0.113.0/24', 'python-requests/2.32.3',
        now() - i * interval '1 minute'
      FROM generate_series(1, ${Math.min(keys, 1_500)}) i JOIN "Key" k ON k."place" = i % 10`,
  },
  {
    table: "RequestSample",
    columns: `"requestId", "userId", "apiKeyId", "minute", "status", "route", "addressPrefix", "userAgent", "createdAt"`,
    // Both tables of Logs have more than an account keeps.
    rows: ({ id, keys }) => `
      SELECT gen_random_uuid(), '${id}'::uuid, k."id", date_trunc('minute', at), 204, '/api/v1/auth', '203.0.113.0/24',
        'python-requests/2.32.3', at
      FROM (SELECT i, now() - i * interval '1 minute' AS at FROM ${numbers(Math.min(keys, 1_500))} n) s
      JOIN "Key" k ON k."place" = i % 10`,
  },
  {
    table: "Session",
    columns: `"id", "userId", "createdAt", "lastSeenAt", "address", "userAgent"`,
    // No user signed out of them: those of the last 14 days are alive, and those from before the
    // last 44 are pruned.
    rows: ({ id, sessions }) => `
      SELECT gen_random_uuid(), '${id}'::uuid, at, at, '203.0.113.7', '${AGENT}'
      FROM (SELECT ${at(sessions, 90)} AS at FROM ${numbers(sessions)} n) s`,
  },
  {
    table: "Throttle",
    columns: `"scope", "attempts", "blockedUntil", "updatedAt"`,
    rows: ({ id, sessions }) => `
      SELECT 'sign-in of ' || i || ' at ${id}', 1, at, at FROM (SELECT i, ${at(sessions, 2)} AS at FROM ${numbers(sessions)} n) s`,
  },
  {
    table: "IdempotencyRecord",
    columns: `"userId", "key", "fingerprint", "answer", "createdAt"`,
    // They are kept for a day.
    rows: ({ id, answers }) => `
      SELECT '${id}'::uuid, 'order ' || i, sha256(i::text::bytea), '{"data":[{"url":"https://images.example.com/1.png"}]}',
        ${at(answers, 1.5)} FROM ${numbers(answers)} n`,
  },
];

/** Sums of what stands above, as the product keeps them. A new rollup is one entry here. */
const ROLLUPS: Fill[] = [
  {
    table: "CreditDay",
    columns: `"userId", "day", "apiKeyId", "charged", "refunded", "added"`,
    rows: ({ id }) => `
      SELECT "userId", ("createdAt" AT TIME ZONE 'UTC')::date, coalesce("apiKeyId", '${NO_KEY}'),
        coalesce(-sum("amount") FILTER (WHERE "kind" = 'charged'), 0), coalesce(sum("amount") FILTER (WHERE "kind" = 'refunded'), 0),
        coalesce(sum("amount") FILTER (WHERE "kind" IN ('signup', 'granted')), 0)
      FROM "CreditMovement" WHERE "userId" = '${id}' GROUP BY 1, 2, 3`,
  },
  {
    table: "CreditDayTotal",
    columns: `"userId", "day", "charged", "refunded", "added", "closing"`,
    rows: ({ id }) => `
      SELECT *, CASE WHEN "day" <= ${TODAY} - 2 THEN sum("added" + "refunded" - "charged") OVER (ORDER BY "day") END
      FROM (
        SELECT "userId", "day", sum("charged") AS "charged", sum("refunded") AS "refunded", sum("added") AS "added"
        FROM "CreditDay" WHERE "userId" = '${id}' GROUP BY 1, 2
      ) d`,
  },
  {
    table: "Balance",
    columns: `"userId", "credits", "month", "requests"`,
    rows: ({ id }) => `
      SELECT '${id}'::uuid, sum("added" + "refunded" - "charged"), date_trunc('month', ${TODAY})::date,
        coalesce(sum("charged" - "refunded") FILTER (WHERE "day" >= date_trunc('month', ${TODAY})), 0)
      FROM "CreditDay" WHERE "userId" = '${id}'`,
  },
  {
    table: "UsageDay",
    columns: `"apiKeyId", "day", "outcome", "requests"`,
    // The days that UsageHour has are its sums; those before are as busy.
    rows: ({ days }) => `
      SELECT "apiKeyId", ("hour" AT TIME ZONE 'UTC')::date, "outcome", sum("requests")
      FROM "UsageHour" JOIN "Key" k ON k."id" = "apiKeyId" GROUP BY 1, 2, 3
      UNION ALL
      SELECT k."id", ${TODAY} - i, outcome, requests
      FROM generate_series(${HOUR_DAYS}, ${days + PRUNED_DAYS - 1}) i, "Key" k,
        (VALUES ('ok', 80), ('rate_limited', 4)) o(outcome, requests)
      WHERE ${days} > ${HOUR_DAYS} AND (outcome = 'ok' OR k."place" % 10 = 0)`,
  },
  {
    table: "UsageAccountHour",
    columns: `"userId", "hour", "outcome", "requests"`,
    rows: ({ id }) => `
      SELECT '${id}'::uuid, "hour", "outcome", sum("requests")
      FROM "UsageHour" JOIN "Key" k ON k."id" = "apiKeyId" WHERE "hour" > now() - interval '2 days' GROUP BY 2, 3`,
  },
  {
    table: "UsageAccountDay",
    columns: `"userId", "day", "outcome", "requests"`,
    rows: ({ id }) => `
      SELECT '${id}'::uuid, "day", "outcome", sum("requests")
      FROM "UsageDay" JOIN "Key" k ON k."id" = "apiKeyId" GROUP BY 2, 3`,
  },
  {
    table: "UsageKeyMonth",
    columns: `"userId", "month", "apiKeyId", "requests", "ok"`,
    rows: ({ id }) => `
      SELECT '${id}'::uuid, date_trunc('month', "day"::timestamp)::date, "apiKeyId", sum("requests"),
        coalesce(sum("requests") FILTER (WHERE "outcome" = 'ok'), 0)
      FROM "UsageDay" JOIN "Key" k ON k."id" = "apiKeyId" GROUP BY 2, 3`,
  },
];

/** In an order in which each finds what it adds up. */
export const FILLS = [...DETAILS, ...ROLLUPS];
