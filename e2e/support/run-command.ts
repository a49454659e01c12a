import { execFile } from "node:child_process";
import path from "node:path";
import { serverEnvironment } from "#e2e/support/start-server.ts";

export type Ended = { code: number; stdout: string; stderr: string };

const PROJECT = path.resolve(import.meta.dirname, "../..");

/** Runs a command of `scripts/` as a process of its own. */
export function runCommand(
  script: string,
  args: string[],
  settings: Record<string, string>,
  cwd = PROJECT,
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path.join(cwd, "scripts", script), ...args],
      { cwd, env: serverEnvironment(settings) },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
