import { OperatorError } from "#lib/operator-error.ts";
import { readEntries, readHeader } from "#lib/revocations/list-file.ts";

/**
 * Checks that a list fits a backup before a database is changed. Returns the instant up to which
 * the list names changes.
 *
 * @throws {OperatorError} if it is damaged, from another installation, or (unless `acceptOlder`)
 * older than the backup.
 */
export async function checkList(
  file: string,
  backup: { installation?: string; createdAt: string },
  acceptOlder: boolean,
): Promise<string> {
  const header = await readHeader(file);
  let until = header.at;
  for await (const { at } of readEntries(file)) if (Date.parse(at) > Date.parse(until)) until = at;
  if (backup.installation && header.installation !== backup.installation)
    throw new OperatorError(`${file} is the list of another installation than the backup's; nothing was restored.`);
  until = new Date(until).toISOString();
  if (until < backup.createdAt && !acceptOlder)
    throw new OperatorError(
      `${file} ends at ${until}, before the backup of ${backup.createdAt}, and says nothing of what came after it; give a newer list, or add --accept-revived.`,
    );
  return until;
}
