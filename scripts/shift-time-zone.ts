import { env } from "#lib/config/env.ts";
import { openClient } from "#lib/database/connection.ts";
import { migrate } from "#lib/database/migrate.ts";
import { openDatabase } from "#lib/database/open.ts";
import { planShift, shiftTimeZone } from "#lib/database/time-zone-shift.ts";
import { MIGRATIONS, PROJECT, runCommand } from "#scripts/command.ts";

type Options = { from: string; apply?: boolean };

await runCommand(
  "shift-time-zone",
  `Corrects the instants of a database that an older version wrote in another time zone than UTC. Without --apply it changes
nothing and says what it would. Stop every GoodTake process and back up first.`,
  (command, signal) =>
    command
      .requiredOption("--from <zone>", "the database's zone, such as America/New_York (SHOW TimeZone in psql)")
      .option("--apply", "correct them")
      .action((options: Options) => shift(options, signal)),
);

async function shift({ from, apply = false }: Options, signal: AbortSignal): Promise<void> {
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
}
