import type { UserId } from "#lib/accounts/model/user-id.ts";
import { database } from "#lib/database/client.ts";
import type { Finding } from "#lib/leaks/model/schema.ts";

export type KeptReport = Finding & { id: string; createdAt: Date };

/** Lists the reports of a user's key, oldest first. */
export function listLeakReports(userId: UserId, apiKeyId: string): Promise<KeptReport[]> {
  return database().leakReport.findMany({
    where: { userId, apiKeyId },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: { id: true, source: true, url: true, createdAt: true },
  });
}
