import { activityDetail, activityWords } from "#components/activity/activity-words.ts";
import { activityQuery } from "#lib/activity/model/schema.ts";
import { exportActivity } from "#lib/activity/read.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { exportCsv } from "#lib/server/csv-export.ts";
import type { CsvRow } from "#lib/text/csv.ts";

/** Sends the records that the page's filter shows as a file. */
export async function GET(request: Request): Promise<Response> {
  const user = await requireUser();
  const query = activityQuery.parse(Object.fromEntries(new URL(request.url).searchParams));
  return exportCsv(
    request,
    user.userId,
    "activity",
    ["time", "what", "detail", "who", "address", "user agent", "key id"],
    pages(),
  );

  async function* pages(): AsyncGenerator<CsvRow[]> {
    for await (const records of exportActivity(user.userId, { ...query, apiKeyId: query.key }))
      yield records.map((record) => [
        record.createdAt.toISOString(),
        activityWords(record.action),
        activityDetail(record),
        record.actor,
        record.address,
        record.userAgent,
        record.apiKeyId,
      ]);
  }
}
