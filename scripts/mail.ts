import { z } from "zod";
import { emailAddress } from "#lib/accounts/model/schema.ts";
import { operand, runCommand } from "#scripts/command.ts";
import * as run from "#scripts/mail-commands.ts";
import { onDatabase } from "#scripts/on-database.ts";

const say = (text: string) => void process.stdout.write(`${text}\n`);

await runCommand("mail", "Shows and retries mails that were not delivered, and tries the mail server.", (mail) => {
  mail
    .command("list")
    .description("mails that wait or were given up, the newest first")
    .action(async () => say(await onDatabase(run.list)));
  mail
    .command("retry")
    .description("tries mails again that were given up; those with a link that has ended stay")
    .argument("[id]", "one mail; without it all of them", operand(z.uuid(), "Give the id that `list` shows."))
    .action(async (id?: string) => say(await onDatabase(() => run.retry(id))));
  mail
    .command("test")
    .description("sends a mail to an address now, and says what the mail server answers")
    .argument("<address>", "", operand(emailAddress))
    .action(async (address: string) => say(await run.test(address)));
});
