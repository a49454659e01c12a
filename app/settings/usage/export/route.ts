import { movementWords } from "#components/usage/movement-words.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { exportMovements } from "#lib/credits/ledger.ts";
import type { CsvRow } from "#lib/http/csv.ts";
import { exportCsv } from "#lib/http/csv-export.ts";

/** The whole ledger as a file: the sum of its credits is the balance. */
export async function GET(request: Request): Promise<Response> {
  const user = await requireUser();
  return exportCsv(request, user.id, "credits", ["time", "what", "credits", "key", "key id"], pages());

  async function* pages(): AsyncGenerator<CsvRow[]> {
    for await (const movements of exportMovements(user.id))
      yield movements.map(({ createdAt, kind, amount, keyName, apiKeyId }) => [
        createdAt.toISOString(),
        movementWords(kind),
        amount,
        keyName,
        apiKeyId,
      ]);
  }
}
