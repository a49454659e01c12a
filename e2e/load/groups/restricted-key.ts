import type { BenchContext } from "#e2e/load/bench-context.ts";
import { measureInTurns, rate } from "#e2e/load/measure.ts";
import { hashSecret } from "#lib/api-keys/secret.ts";
import { pool } from "#lib/database/client.ts";

const SCOPES = "files:read files:write images:write";
/** Only the last network contains the client, so all of them are checked. */
const NETWORKS = [...Array.from({ length: 9 }, (_, i) => `203.0.${i}.0/24`), "127.0.0.0/8"].join(" ");

/** Measures a cached key with every kind of restriction against one without any. */
export async function restrictedKey(bench: BenchContext): Promise<void> {
  const database = await bench.keys();
  const [plain, restricted] = database.secrets.slice(0, 2) as [string, string];
  await pool().query(
    `UPDATE "ApiKey" SET "scopes" = $1, "allowedNetworks" = $2, "requestsPerMinute" = 1000000000 WHERE "hash" = $3`,
    [SCOPES, NETWORKS, hashSecret(restricted)],
  );
  await bench.withServer(database, "api", async ({ url, process: { pid } }) => {
    for (const query of ["", "?scope=images:write"]) {
      const targetOf = (secret: string) => ({
        url: `${url}/api/v1/auth${query}`,
        headers: { "X-API-Key": secret },
        pid,
      });
      const measured = await measureInTurns({ plain: targetOf(plain), restricted: targetOf(restricted) }, 16);
      if (measured.plain.rejected + measured.restricted.rejected > 0)
        throw new Error("Requests with a good key were rejected");
      bench.report.judge(
        `key with three permissions, ten networks and its own limit, /auth${query}`,
        measured.restricted.rate / measured.plain.rate,
        { least: 0.9 },
        { against: `of one without, ${rate(measured.restricted.rate)} of ${rate(measured.plain.rate)}` },
      );
    }
  });
}
