import { z } from "zod";
import { emailAddress } from "#lib/accounts/model/schema.ts";
import { operand, runCommand } from "#scripts/command.ts";
import * as run from "#scripts/mail-commands.ts";
import { onDatabase } from "#scripts/on-database.ts";

const say = (text: string) => void process.stdout.write(`${text}\n`);

await runCommand("mail", "Lists and retries undelivered emails, and tests the mail server.", (mail) => {
  mail
    .command("list")
    .description("lists emails that are waiting or failed, newest first")
    .action(async () => say(await onDatabase(run.list)));
  mail
    .command("retry")
    .description("retries failed emails, except those whose link has expired")
    .argument("[id]", "a single email; all of them if omitted", operand(z.uuid(), "Give the ID that `list` shows."))
    .action(async (id?: string) => say(await onDatabase(() => run.retry(id))));
  mail
    .command("test")
    .description("sends an email now and prints the mail server's response")
    .argument("<address>", "", operand(emailAddress))
    .action(async (address: string) => say(await run.test(address)));
});
