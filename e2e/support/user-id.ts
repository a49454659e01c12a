import { database } from "#lib/database/client.ts";

/** Finds the id of the user with this address. */
export async function findUserId(email: string): Promise<string> {
  return (await database().user.findUniqueOrThrow({ where: { email }, select: { id: true } })).id;
}
