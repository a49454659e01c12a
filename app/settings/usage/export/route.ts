import { movementWords } from "#components/usage/movement-words.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { NO_KEY } from "#lib/credits/model/no-key.ts";
import { exportLedger, type LedgerPart } from "#lib/credits/movements.ts";
import { exportCsv } from "#lib/server/csv-export.ts";
import type { CsvRow } from "#lib/text/csv.ts";

const HEAD = ["time", "what", "credits", "key", "key id", "row"];

/** Sends the whole ledger as a file; the sum of its credits is the balance. */
export async function GET(request: Request): Promise<Response> {
  const user = await requireUser();
  return exportCsv(request, user.userId, "credits", HEAD, pages());

  async function* pages(): AsyncGenerator<CsvRow[]> {
    for await (const part of exportLedger(user.userId)) yield rowsOf(part);
  }
}

/** Returns one row a key and kind of movement for a day that is rolled up, timed by the UTC day. */
function rowsOf(part: LedgerPart): CsvRow[] {
  if ("movements" in part)
    return part.movements.map(({ createdAt, kind, amount, keyName, apiKeyId }) => [
      createdAt.toISOString(),
      movementWords(kind),
      amount,
      keyName,
      apiKeyId,
      "single",
    ]);
  return part.days.flatMap(({ day, apiKeyId, keyName, charged, refunded, added }) =>
    (
      [
        [movementWords("charged"), -charged],
        [movementWords("refunded"), refunded],
        ["Added", added],
      ] as const
    )
      .filter(([, credits]) => credits !== 0)
      .map(([what, credits]) => [day, what, credits, keyName, apiKeyId === NO_KEY ? null : apiKeyId, "day"]),
  );
}
