import { activityDetail, activityWords } from "#components/activity/activity-words.ts";
import { listActivity } from "#lib/activity/read.ts";
import { activityQuery } from "#lib/activity/schema.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { type CsvRow, csvResponse } from "#lib/http/csv.ts";

const PAGE = 500;

/** All that the page's filter shows, as a file. */
export async function GET(request: Request): Promise<Response> {
  const user = await requireUser();
  const { about } = activityQuery.parse(Object.fromEntries(new URL(request.url).searchParams));
  return csvResponse("activity", ["time", "what", "detail", "who", "address", "user agent", "key id"], pages());

  async function* pages(): AsyncGenerator<CsvRow[]> {
    // What happens while the file is sent must not move what follows.
    const until = new Date();
    for (let offset = 0; ; offset += PAGE) {
      const { rows } = await listActivity(user.id, { about, until }, { limit: PAGE, offset });
      yield rows.map((row) => [
        row.createdAt.toISOString(),
        activityWords(row.action),
        activityDetail(row),
        row.actor,
        row.address,
        row.userAgent,
        row.apiKeyId,
      ]);
      if (rows.length < PAGE) return;
    }
  }
}
