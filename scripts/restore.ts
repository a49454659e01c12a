import { stat } from "node:fs/promises";
import path from "node:path";
import { env } from "#lib/config/env.ts";
import { dataDirectory } from "#lib/database/embedded.ts";
import { openDatabase } from "#lib/database/open.ts";
import { checkBackup, restore } from "#lib/database/restore.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { type Applied, applyList, endAccess } from "#lib/revocations/apply.ts";
import { checkList } from "#lib/revocations/check.ts";
import { LIST_NAME } from "#lib/revocations/list-file.ts";
import { filePath, MIGRATIONS, PROJECT, runCommand } from "#scripts/command.ts";

const REVIVED =
  "Keys that were revoked, disabled, shortened or restricted and accounts that were disabled or deleted after that time work again as before. Review them.\n";

type Options = { revocations?: string; acceptRevived?: boolean };

await runCommand(
  "restore",
  "Loads a backup into an empty database: the one of DATABASE_URL, else a new embedded one in DATA_DIR.",
  (command, signal) =>
    command
      .argument("<file>", "a file of `npm run backup`", filePath)
      .option(
        "--revocations <list>",
        "what was revoked, disabled, deleted, shortened, restricted and marked as leaked after the backup: revocations.jsonl of the lost DATA_DIR, or a file written by `npm run revocations`",
        filePath,
      )
      .option("--accept-revived", "restore without a list: what was revoked after the backup works again")
      .action((file: string, options: Options) => load(file, options, signal)),
);

async function load(file: string, { revocations: list, acceptRevived = false }: Options, signal: AbortSignal) {
  // Checks the files before it creates a database.
  const backup = await checkBackup(file, MIGRATIONS, signal);
  const until = list && (await checkList(list, backup, acceptRevived));
  const settings = env();
  if (!list && !acceptRevived)
    throw new OperatorError(
      `${file} holds everything as of ${backup.createdAt}. Keys that were revoked, disabled, shortened or restricted and accounts that were disabled or deleted after that would work again as before. ` +
        `Add --revocations LIST, or --accept-revived if there is no list${await listAt(dataDirectory(settings.DATA_DIR, PROJECT))}.`,
    );
  const { url, close } = await openDatabase(settings, PROJECT, { create: true });
  try {
    let applied: Applied | undefined;
    await restore(url, file, MIGRATIONS, {
      signal,
      finish: async (client) => {
        await endAccess(client);
        if (list) applied = await applyList(client, list, backup.createdAt);
      },
    });
    process.stdout.write(
      `Everything as of ${backup.createdAt} is restored. All sessions and password links have ended.\n` +
        (applied ? said(applied, String(until)) : REVIVED) +
        "Passwords, linked providers, credits and keys are those of the backup: what was changed or made after it is gone.\n",
    );
  } finally {
    await close();
  }
}

function said(applied: Applied, until: string): string {
  const {
    revoked,
    leaked,
    expiryMoved,
    restrictionsChanged,
    keysDisabled,
    keysEnabled,
    disabled,
    enabled,
    deleted,
    absent,
  } = applied;
  return (
    `Applied from the list, which ends at ${until}: ${revoked} keys revoked, ${leaked} marked as leaked, ${expiryMoved} expiries changed, ` +
    `${restrictionsChanged} restrictions changed, ${keysDisabled} keys disabled, ${keysEnabled} enabled, ` +
    `${disabled} accounts disabled, ${enabled} enabled, ${deleted} deleted; ${absent} entries are of what the backup does not have.\n`
  );
}

async function listAt(directory: string): Promise<string> {
  const file = path.join(directory, LIST_NAME);
  return (await stat(file).catch(() => undefined)) ? `; there is one at ${file}` : "";
}
