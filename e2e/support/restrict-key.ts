import type { User } from "#e2e/support/sign-up.ts";
import type { RestrictionColumns } from "#lib/api-keys/model/restrictions.ts";
import { database } from "#lib/database/client.ts";

/**
 * Restricts a key before its first use, so that no cache has it. For specs that use
 * `with-database`.
 */
export async function restrictKey(
  { email }: Pick<User, "email">,
  name: string,
  columns: Partial<RestrictionColumns>,
): Promise<void> {
  const { count } = await database().apiKey.updateMany({ where: { name, user: { email } }, data: columns });
  if (count !== 1) throw new Error(`${count} keys of ${email} are named ${name}.`);
}
