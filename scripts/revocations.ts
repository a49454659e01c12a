import { stat } from "node:fs/promises";
import { openDatabase } from "#lib/database/open.ts";
import { env } from "#lib/env.ts";
import { exportRevocations } from "#lib/revocations/export.ts";
import { CommandError, fileArgument, PROJECT, runCommand, UsageError } from "#scripts/command.ts";

const USAGE =
  "Usage: npm run revocations -- export FILE\n\nWrites which keys are revoked, deleted or expire, and which accounts are disabled or deleted, for a restore of an older backup.";

await runCommand(USAGE, async ([command, ...args]) => {
  if (command !== "export") throw new UsageError();
  const file = fileArgument(args);
  if (await stat(file).catch(() => undefined)) throw new CommandError(`${file} exists already; choose another name.`);
  const { url, close } = await openDatabase(env(), PROJECT);
  try {
    const at = await exportRevocations(url, file);
    process.stdout.write(`${file} holds what is revoked, disabled, deleted and limited as of ${at}.\n`);
  } finally {
    await close();
  }
});
