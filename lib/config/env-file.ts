import { existsSync } from "node:fs";

/** Reads `.env`, or the file that GOODTAKE_ENV_FILE names, for whatever the environment itself does not set. */
export function loadEnvFile(): void {
  const file = process.env.GOODTAKE_ENV_FILE ?? ".env";
  if (existsSync(file)) process.loadEnvFile(file);
}
