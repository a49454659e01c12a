import type { UserId } from "#lib/accounts/model/user-id.ts";
import { NO_KEY } from "#lib/credits/model/no-key.ts";
import { pool } from "#lib/database/client.ts";
import { type From, type KeysetPage, readKeysetPage } from "#lib/paging/model/keyset-page.ts";
import { owned } from "#lib/usage/owned.ts";

/** Requests and credits of one key in a month. `credits` are net of refunds. */
export type KeyUsage = { id: string; name: string; prefix: string; requests: number; ok: number; credits: number };

/** Counts as digits, because a place in the list must be exact. */
type Row = Omit<KeyUsage, "requests" | "ok"> & Record<"requests" | "ok", string>;

/** SQL: the keys that made requests in the month. */
const CALLING = `SELECT "apiKeyId", "requests", "ok" FROM "UsageKeyMonth" p WHERE ${owned("p")} AND "month" = $2`;
/**
 * SQL: the keys that moved credits in the month but have no counted request in it, for example
 * because the process that counted them was killed. Reads the month's rows of the ledger.
 */
const ONLY_CHARGED = `
  SELECT DISTINCT "apiKeyId", 0::bigint AS "requests", 0::bigint AS "ok" FROM "CreditDay" d
  WHERE ${owned("d")} AND "day" = ANY($3::date[]) AND "apiKeyId" <> '${NO_KEY}' AND NOT EXISTS (
    SELECT FROM "UsageKeyMonth" p WHERE ${owned("p")} AND "month" = $2 AND p."apiKeyId" = d."apiKeyId")`;

/**
 * Lists the keys of an account that were used in a UTC month (`YYYY-MM`), the busiest first,
 * deleted ones included. Credits are looked up only for the keys of the page, day by day.
 */
export async function usageByKey(
  userId: UserId,
  month: string,
  size: number,
  from: From = null,
): Promise<KeysetPage<KeyUsage>> {
  const readOf = async (keys: string, place: From, limit: number) => {
    const [beyond, order] = place?.towards === "earlier" ? [">", "ASC"] : ["<", "DESC"];
    const { rows } = await pool().query<Row>(
      `WITH "page" AS (
         SELECT * FROM (${keys}) u WHERE ($4::bigint IS NULL OR ("requests", "apiKeyId") ${beyond} ($4, $5::uuid))
         ORDER BY "requests" ${order}, "apiKeyId" ${order} LIMIT $6
       )
       SELECT k."id", k."name", k."prefix", p."requests", p."ok", coalesce((
         SELECT (sum(d."charged") - sum(d."refunded"))::float8 FROM "CreditDay" d
         WHERE ${owned("d")} AND d."day" = ANY($3::date[]) AND d."apiKeyId" = p."apiKeyId"
       ), 0) AS "credits"
       FROM "page" p JOIN "ApiKey" k ON k."id" = p."apiKeyId" ORDER BY p."requests" ${order}, p."apiKeyId" ${order}`,
      [userId, `${month}-01`, daysOf(month), place?.value ?? null, place?.id ?? null, limit],
    );
    return rows;
  };
  /** Reads the keys without requests, which are last in the list, only if the page reaches them. */
  const read = async (place: From, limit: number) => {
    const backwards = place?.towards === "earlier";
    if (backwards && place.value !== "0") return readOf(CALLING, place, limit);
    const [near, far] = backwards ? [ONLY_CHARGED, CALLING] : [CALLING, ONLY_CHARGED];
    const rows = await readOf(near, place, limit);
    return rows.length === limit ? rows : [...rows, ...(await readOf(far, place, limit - rows.length))];
  };
  const page = await readKeysetPage(size, from, ({ id, requests }) => ({ value: requests, id }), read);
  const rows = page.rows.map((row) => ({ ...row, requests: Number(row.requests), ok: Number(row.ok) }));
  return { ...page, rows };
}

function daysOf(month: string): string[] {
  const days = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  return Array.from({ length: days }, (_, i) => `${month}-${String(i + 1).padStart(2, "0")}`);
}
