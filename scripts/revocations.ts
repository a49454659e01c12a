import { stat } from "node:fs/promises";
import { env } from "#lib/config/env.ts";
import { openDatabase } from "#lib/database/open.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { exportRevocations } from "#lib/revocations/export.ts";
import { filePath, PROJECT, runCommand } from "#scripts/command.ts";

await runCommand("revocations", "Writes lists of what a restore of an older backup must not revive.", (command) => {
  command
    .command("export")
    .description(
      "writes which keys are revoked, deleted, leaked, restricted or expiring, and which accounts are disabled or deleted",
    )
    .argument("<file>", "the file to write; it must not exist", filePath)
    .action(async (file: string) => {
      if (await stat(file).catch(() => undefined))
        throw new OperatorError(`${file} exists already; choose another name.`);
      const { url, close } = await openDatabase(env(), PROJECT);
      try {
        const at = await exportRevocations(url, file);
        process.stdout.write(
          `${file} contains everything that is revoked, disabled, deleted, leaked and restricted as of ${at}.\n`,
        );
      } finally {
        await close();
      }
    });
});
