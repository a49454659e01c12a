import type { Transaction } from "#lib/database/client.ts";
import type { Prisma } from "#lib/database/generated/client.ts";

/** Who does something, and from where. */
export type Caller = {
  actor: "user" | "operator" | "system";
  address: string | null;
  userAgent: string | null;
};

export const ACTIONS = [
  "account.created",
  "account.signed_in",
  "account.signed_out",
  "account.password_link_created",
  "account.password_changed",
  "account.renamed",
  "account.email_changed",
  "account.sessions_ended",
  "account.tier_changed",
  "account.credits_granted",
  "account.disabled",
  "account.enabled",
  "account.provider_linked",
  "account.provider_unlinked",
  "account.deleted",
  "api_key.created",
  "api_key.renamed",
  "api_key.rotated",
  "api_key.overlap_extended",
  "api_key.overlap_ends",
  "api_key.revoked",
  "api_key.deleted",
] as const;
export type Action = (typeof ACTIONS)[number];

/** Writes what happened into the same transaction as the change itself, so that neither stands without the other. */
export async function recordActivity(
  transaction: Transaction,
  caller: Caller,
  what: { userId: string; action: Action; apiKeyId?: string; details?: Record<string, string | number | null> },
): Promise<void> {
  await transaction.activity.create({
    data: {
      userId: what.userId,
      action: what.action,
      apiKeyId: what.apiKeyId ?? null,
      details: what.details ?? {},
      actor: caller.actor,
      address: caller.address,
      userAgent: agentOf(caller),
    },
    select: { id: true },
  });
}

/**
 * The same for each of many keys: `change` is a statement that changes them and returns their "id" and "name". Both are one
 * statement, so that a record stands for what was changed, and for nothing else.
 */
export async function recordEach(
  transaction: Transaction,
  caller: Caller,
  what: { userId: string; action: Action; at: Date },
  change: Prisma.Sql,
): Promise<void> {
  await transaction.$executeRaw`
    WITH "changed" AS (${change})
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "details", "address", "userAgent", "createdAt")
    SELECT gen_random_uuid(), ${what.userId}::uuid, ${caller.actor}::"Actor", ${what.action}, "id",
           jsonb_build_object('name', "name"), ${caller.address}, ${agentOf(caller)}, ${what.at}
    FROM "changed"`;
}

function agentOf({ userAgent }: Caller): string | null {
  return userAgent?.slice(0, 500) ?? null;
}
