import { emailAddress, newEmailAddress, userName } from "#lib/accounts/model/schema.ts";
import { CREDITS_MAX } from "#lib/credits/store.ts";
import * as run from "#scripts/account-commands.ts";
import { filePath, operand, runCommand } from "#scripts/command.ts";
import { onDatabase } from "#scripts/on-database.ts";

const EMAIL = ["<email>", "", operand(emailAddress)] as const;

await runCommand(
  "account",
  "Manages accounts and their API keys. Works beside a running server and without one.",
  (account) => {
    account.option("--json", "print the answer as JSON");

    account.command("list").description("all accounts").action(print(run.list));
    account
      .command("show")
      .description("one account: its tier, its sign-in methods, its keys")
      .argument(...EMAIL)
      .action(print(run.show));
    account
      .command("create")
      .description("makes an account and prints a link to choose its password")
      .argument("<email>", "", operand(newEmailAddress))
      .option("--name <name>", "its user's name; without it the part of the address before the @", operand(userName))
      .action(print(run.create));
    account
      .command("set-tier")
      .description("gives it another tier")
      .argument(...EMAIL)
      .argument("<tier>")
      .action(print(run.changeTier));
    account
      .command("grant")
      .description("adds credits to its balance")
      .argument(...EMAIL)
      .argument("<credits>", "", operand(run.creditsToGrant, `Credits are a number from 1 to ${CREDITS_MAX}.`))
      .action(print(run.grant));
    account
      .command("sign-out")
      .description("ends all its sessions")
      .argument(...EMAIL)
      .action(print(run.signOut));
    account
      .command("password-link")
      .description("prints a link to choose a new password, which works once and expires in an hour")
      .argument(...EMAIL)
      .action(print(run.passwordLink));
    account
      .command("disable")
      .description("ends its sessions; rejects its sign-ins and API keys until it is enabled")
      .argument(...EMAIL)
      .action(print(run.disable));
    account
      .command("enable")
      .description("accepts its sign-ins and API keys again")
      .argument(...EMAIL)
      .action(print(run.enable));
    account
      .command("keys")
      .description("its API keys with their ids")
      .argument(...EMAIL)
      .action(print(run.keys));
    account
      .command("revoke")
      .description("permanently revokes an API key")
      .argument("<key-id>")
      .action(print(run.revoke));
    account
      .command("leaked")
      .description("revokes every API key that a text file contains and marks it as leaked")
      .argument("<file>", "", filePath)
      .action(print(run.leaked));

    function print<Operands extends unknown[]>(work: (...operands: Operands) => Promise<run.Answer>) {
      return async (...operands: Operands) => {
        const { data, text } = await onDatabase(() => work(...operands));
        process.stdout.write(`${account.opts<{ json?: true }>().json ? JSON.stringify(data) : text}\n`);
      };
    }
  },
);
