import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { database } from "#lib/database/client.ts";

/** Finds the id of the user with this address. */
export async function findUserId(email: string): Promise<UserId> {
  const { id } = await database().user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  return asUserId(id);
}
