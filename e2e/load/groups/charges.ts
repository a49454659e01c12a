import type { BenchContext } from "#e2e/load/bench-context.ts";
import { holdUpkeep } from "#e2e/load/hold-upkeep.ts";
import { measureInTurns, rate, type Target } from "#e2e/load/measure.ts";
import { writeKeyScript } from "#e2e/load/set-up.ts";
import { hashSecret } from "#lib/api-keys/secret.ts";
import { pool } from "#lib/database/client.ts";

/** Measures requests that cost a credit, of one account and of eight, against free ones. */
export async function charges(bench: BenchContext): Promise<void> {
  const database = await bench.keys();
  // Each account has ten keys.
  const secrets = database.secrets.filter((_, i) => i % 10 === 0).slice(0, 8);
  await pool().query(
    `INSERT INTO "Balance" ("userId", "credits", "month")
     SELECT "userId", 1000000000, date_trunc('month', now() AT TIME ZONE 'UTC')::date FROM "ApiKey" WHERE "hash" = ANY ($1)
     ON CONFLICT ("userId") DO UPDATE SET "credits" = excluded."credits"`,
    [secrets.map(hashSecret)],
  );
  // A process prunes for a minute after its start, and the group `upkeep` measures that.
  const held = await holdUpkeep(database.postgres.url);
  const measure = async ({ url }: { url: string }) => {
    const senders: [string, Omit<Target, "url">][] = [
      ["one account", { headers: database.hot }],
      ["eight accounts", { keys: await writeKeyScript(bench.directory, "eight", secrets) }],
    ];
    for (const [accounts, sender] of senders)
      for (const connections of [32, 256]) {
        const { free, costed } = await measureInTurns(
          {
            free: { url: `${url}/api/v1/auth`, ...sender },
            costed: { url: `${url}/api/v1/auth?cost=1`, ...sender },
          },
          connections,
        );
        if (free.rejected + costed.rejected > 0) throw new Error("Charges were rejected");
        const figure = `charges of ${accounts}, ${connections} connections`;
        bench.report.judge(
          figure,
          costed.rate / free.rate,
          { least: 0.5 },
          { against: `of uncosted requests, ${rate(costed.rate)} of ${rate(free.rate)}` },
        );
        if (connections === 32)
          bench.report.judge(
            `${figure}, p99`,
            costed.p99,
            { most: 15 },
            { unit: "ms", against: `uncosted ${free.p99.toFixed(2)} ms` },
          );
      }
  };
  await bench.withServer(database, "api", measure).finally(held.release);
}
