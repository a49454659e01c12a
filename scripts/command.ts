import { randomBytes } from "node:crypto";
import path from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { ZodType } from "zod";
import { loadEnvFile } from "#lib/config/env-file.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";
import { printable } from "#lib/log.ts";
import { OperatorError } from "#lib/operator-error.ts";

export const PROJECT = path.resolve(import.meta.dirname, "..");
export const MIGRATIONS = path.join(PROJECT, "prisma/migrations");

/** Parses an operand that names a file, relative to the folder in which npm was called. */
export function filePath(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? ".", file);
}

/** Parses an operand by a schema. `problem` replaces a schema's message that says too little. */
export function operand<T>(schema: ZodType<T>, problem?: string): (text: string) => T {
  return (text) => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(problem ?? parsed.error.issues[0]?.message ?? "");
  };
}

/**
 * Runs an npm script for operators with the server's environment. Ctrl-C aborts the signal, so that
 * an action can close what it opened. Exits with 1 if the command fails, and with 2 and the usage
 * if it was called wrongly.
 */
export async function runCommand(
  npmScript: string,
  description: string,
  define: (command: Command, signal: AbortSignal) => void,
): Promise<void> {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => interrupted.abort());
  const command = new Command(`npm run ${npmScript} --`)
    .description(description)
    .helpCommand(false)
    .showHelpAfterError()
    .configureOutput({ outputError: (text, write) => write(`${printable(text.trim())}\n`) })
    .exitOverride();
  define(command, interrupted.signal);
  try {
    loadEnvFile();
    // A server with DATABASE_URL requires the secret. A command makes no cookie and does without.
    if (process.env.DATABASE_URL) process.env.AUTH_SECRET ||= randomBytes(33).toString("hex");
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode && 2;
    else {
      process.exitCode = 1;
      process.stderr.write(`${sentence(error as Error, interrupted.signal)}\n`);
    }
  }
}

function sentence(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return "Interrupted; nothing is left half done.";
  if (error instanceof OperatorError) return printable(error.message);
  if (isUnavailable(error)) return printable(`The database can't be reached: ${error.message}.`);
  return String(error.stack);
}
