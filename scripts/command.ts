import { randomBytes } from "node:crypto";
import path from "node:path";
import { isUnavailable } from "#lib/database/unavailable.ts";
import { loadEnvFile } from "#lib/env-file.ts";
import { printable } from "#lib/log.ts";

export const PROJECT = path.resolve(import.meta.dirname, "..");
export const MIGRATIONS = path.join(PROJECT, "prisma/migrations");

/** What was asked for can't be done. The message is a sentence for the operator; the command exits with 1. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** The command was called wrongly; it prints how to call it and exits with 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** By name: importing all of them would need the generated client, which a restore on a new machine doesn't have yet. */
const FOR_THE_OPERATOR = new Set([
  "CommandError",
  "BackupError",
  "EmbeddedDatabaseError",
  "EnvError",
  "MigrationError",
  "RevocationsError",
  "TiersError",
  "UnsuitableServerError",
]);

/** The one argument of a command that takes a file, seen from where npm was called. */
export function fileArgument(args: string[]): string {
  const [file, ...rest] = args;
  if (!file || rest.length > 0 || file.startsWith("-")) throw new UsageError();
  return path.resolve(process.env.INIT_CWD ?? ".", file);
}

/** Runs a command with the server's environment. Ctrl-C aborts the signal, so that `main` can close what it opened. */
export async function runCommand(
  usage: string,
  main: (args: string[], signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => interrupted.abort());
  try {
    loadEnvFile();
    // The environment of a server with DATABASE_URL needs the secret; a command makes no cookie and does without.
    if (process.env.DATABASE_URL) process.env.AUTH_SECRET ||= randomBytes(33).toString("hex");
    await main(process.argv.slice(2), interrupted.signal);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.stderr.write(`${words(error as Error, usage, interrupted.signal)}\n`);
  }
}

function words(error: Error, usage: string, signal: AbortSignal): string {
  if (signal.aborted) return "Interrupted; nothing was left half done.";
  if (error instanceof UsageError) return error.message ? `${printable(error.message)}\n\n${usage}` : usage;
  if (FOR_THE_OPERATOR.has(error.name)) return printable(error.message);
  if (isUnavailable(error)) return printable(`The database can not be reached: ${error.message}.`);
  return String(error.stack);
}
