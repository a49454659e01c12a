import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Overlap } from "#lib/api-keys/model/overlap-end.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { database } from "#lib/database/client.ts";

export const CALLER = { actor: "user", address: "192.0.2.1", userAgent: "test" } as const;
export const HOUR_MS = 3_600_000;

export async function rotateKey(userId: UserId, id: string, overlap: Overlap = "24h") {
  const rotated = await rotateApiKey(userId, id, overlap, CALLER);
  if (!rotated.ok) throw new Error(rotated.error);
  return rotated.value;
}

/** Reads what a rotation changes. */
export const readKeyRow = (id: string) =>
  database().apiKey.findUniqueOrThrow({
    where: { id },
    select: { expiresAt: true, revokedAt: true, endsOnUse: true, replacesId: true, hash: true },
  });

export const hoursFromNow = (at: Date | null) => ((at?.getTime() ?? 0) - Date.now()) / HOUR_MS;
