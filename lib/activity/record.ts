import type { Transaction } from "#lib/database/client.ts";
import type { Prisma } from "#lib/database/generated/client.ts";

/** Who does something, and from where. */
export type Caller = {
  actor: "user" | "operator" | "system";
  address: string | null;
  userAgent: string | null;
  /** Given where a change must not be made any more once this session has ended. */
  sessionId?: string;
};

type None = Record<string, never>;
type Change = { from: string; to: string };
type OfKey = { name: string };

/**
 * The details of each action. Records are never changed, so a detail keeps its name for good; one that is added is missing from the
 * records before it.
 */
export type Details = {
  "account.created": { tier: string };
  /** `password`, or the provider's id. */
  "account.signed_in": { with: string };
  "account.signed_out": None;
  "account.password_link_created": None;
  "account.password_changed":
    | { by: "password"; sessionsEnded: number }
    | {
        by: "password_link";
        sessionsEnded: number;
        providersUnlinked: number;
        keysRevoked: number;
        keysKept: number;
      };
  "account.renamed": Change;
  "account.email_changed": Change;
  "account.sessions_ended": { sessions: number };
  "account.tier_changed": Change;
  "account.credits_granted": { credits: number };
  "account.disabled": None;
  "account.enabled": None;
  "account.provider_linked": { provider: string };
  "account.provider_unlinked": { provider: string };
  "account.deleted": { keys: number };
  "api_key.created": OfKey & { environment: string; expiresAt: string | null; replaces?: string };
  "api_key.renamed": Change;
  "api_key.rotated": OfKey & { successor: string; overlap: string; endsAt: string };
  "api_key.overlap_extended": OfKey & { endsAt: string };
  "api_key.overlap_ends": OfKey & { endsAt: string };
  "api_key.revoked": OfKey;
  "api_key.deleted": OfKey;
};
export type Action = keyof Details;
/** The actions that a key's name is enough for. */
type ActionOnKey = { [A in Action]: OfKey extends Details[A] ? A : never }[Action];

type Happening = { [A in Action]: { userId: string; action: A; apiKeyId?: string; details: Details[A] } }[Action];

/** Writes what happened into the same transaction as the change itself, so that neither stands without the other. */
export async function recordActivity(transaction: Transaction, caller: Caller, what: Happening): Promise<void> {
  await transaction.activity.create({
    data: {
      userId: what.userId,
      action: what.action,
      apiKeyId: what.apiKeyId ?? null,
      details: what.details,
      actor: caller.actor,
      address: caller.address,
      userAgent: agentOf(caller),
    },
    select: { id: true },
  });
}

/**
 * The same for each of many keys: `change` is a statement that changes them and returns their "id" and "name". Both are one
 * statement, so that a record stands for what was changed, and for nothing else. Returns their number.
 */
export async function recordEach(
  transaction: Transaction,
  caller: Caller,
  what: { userId: string; action: ActionOnKey; at: Date },
  change: Prisma.Sql,
): Promise<number> {
  return transaction.$executeRaw`
    WITH "changed" AS (${change})
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "details", "address", "userAgent", "createdAt")
    SELECT gen_random_uuid(), ${what.userId}::uuid, ${caller.actor}::"Actor", ${what.action}, "id",
           jsonb_build_object('name', "name"), ${caller.address}, ${agentOf(caller)}, ${what.at}
    FROM "changed"`;
}

function agentOf({ userAgent }: Caller): string | null {
  return userAgent?.slice(0, 500) ?? null;
}
