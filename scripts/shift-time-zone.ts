import { parseArgs } from "node:util";
import { openClient } from "#lib/database/connection.ts";
import { migrate } from "#lib/database/migrate.ts";
import { openDatabase } from "#lib/database/open.ts";
import { planShift, shiftTimeZone } from "#lib/database/time-zone-shift.ts";
import { env } from "#lib/env.ts";
import { MIGRATIONS, PROJECT, runCommand, UsageError } from "#scripts/command.ts";

const USAGE = `Usage: npm run shift-time-zone -- --from ZONE [--apply]

Corrects the instants of a database that an older version wrote in another time zone than UTC. ZONE is the zone that the database
has, such as America/New_York (SHOW TimeZone in psql). Without --apply it changes nothing and says what it would.
Stop every GoodTake process and back up first.`;

await runCommand(USAGE, async (args, signal) => {
  const { from, apply } = parse(args);
  const { url, close } = await openDatabase(env(), PROJECT);
  try {
    if (apply) await migrate(url, MIGRATIONS);
    const client = await openClient(url, { application_name: "goodtake shift-time-zone" });
    try {
      const { accounts, rows } = await planShift(client, from);
      for (const { table, columns, count } of rows)
        process.stdout.write(`${table}: ${count} rows (${columns.join(", ")})\n`);
      process.stdout.write(`${from} explains the instants of all ${accounts} accounts.\n`);
      if (apply) await shiftTimeZone(client, from, { signal });
      process.stdout.write(apply ? "They are corrected.\n" : "Nothing was changed; --apply corrects them.\n");
    } finally {
      await client.end();
    }
  } finally {
    await close();
  }
});

function parse(args: string[]): { from: string; apply: boolean } {
  try {
    const { from, apply } = parseArgs({
      args,
      options: { from: { type: "string" }, apply: { type: "boolean", default: false } },
    }).values;
    if (from) return { from, apply };
  } catch {
    // An option that isn't known.
  }
  throw new UsageError();
}
