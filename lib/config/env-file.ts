import { existsSync } from "node:fs";

/**
 * Reads variables that the environment doesn't set from `.env`, or from the file in
 * GOODTAKE_ENV_FILE.
 */
export function loadEnvFile(): void {
  const file = process.env.GOODTAKE_ENV_FILE ?? ".env";
  if (existsSync(file)) process.loadEnvFile(file);
}
