import { writeFile } from "node:fs/promises";
import path from "node:path";
import { SCOPES_EXAMPLE } from "#components/docs/scopes-example.ts";

/**
 * Writes the documented permissions to a file in the folder. Returns its path for `SCOPES_FILE`.
 */
export async function writeScopes(directory: string): Promise<string> {
  const file = path.join(directory, "scopes.json");
  await writeFile(file, SCOPES_EXAMPLE);
  return file;
}
