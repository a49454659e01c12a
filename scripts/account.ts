import { parseArgs } from "node:util";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { checkMigrated } from "#lib/database/migrate.ts";
import { openDatabase } from "#lib/database/open.ts";
import { checkWrittenInUtc } from "#lib/database/time-zone-shift.ts";
import { env } from "#lib/env.ts";
import { type Answer, COMMANDS } from "#scripts/account-commands.ts";
import { MIGRATIONS, PROJECT, runCommand, UsageError } from "#scripts/command.ts";

const USAGE = `Usage: npm run account -- COMMAND

  list                       all accounts
  show EMAIL                 one account: its tier, its ways to sign in, its keys
  create EMAIL [--name NAME] makes an account and prints a link to choose its password
  set-tier EMAIL TIER        gives it another tier
  grant EMAIL CREDITS        adds credits to its balance
  sign-out EMAIL             signs out every browser
  password-link EMAIL        prints a link to choose a new password, good once and for an hour
  disable EMAIL              ends its sessions; refuses its sign-ins and API keys until it is enabled
  enable EMAIL               lets it in again
  keys EMAIL                 its API keys with their ids
  revoke KEY-ID              revokes an API key, for good

--json prints the answer as JSON. It works beside a running server and without one. Exits with 1 where the
account, key or tier does not exist or the command is refused, and with 2 where it was called wrongly.`;

await runCommand(USAGE, async (args) => {
  const { values, positionals } = parse(args);
  const [name = "", ...operands] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (values.help) throw new UsageError();
  if (!command) throw new UsageError(name ? `There is no command "${name}".` : "");
  if (operands.length !== command.operands || (values.name !== undefined && name !== "create")) throw new UsageError();
  const answer = await onDatabase(() => command.run(operands, values.name));
  process.stdout.write(`${values.json ? JSON.stringify(answer.data) : answer.text}\n`);
});

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" }, name: { type: "string" } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function onDatabase(work: () => Promise<Answer>): Promise<Answer> {
  const { url, close } = await openDatabase(env(), PROJECT);
  try {
    await checkMigrated(url, MIGRATIONS);
    await checkWrittenInUtc(connectDatabase(url, 2).pool);
    return await work();
  } finally {
    await disconnectDatabase();
    await close();
  }
}
