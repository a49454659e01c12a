import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";
import type { Transaction } from "#lib/database/client.ts";
import type { Prisma } from "#lib/database/generated/client.ts";

/** The origin of a change: who makes it, and from where. */
export type Caller = {
  actor: "user" | "operator" | "system";
  address: string | null;
  userAgent: string | null;
  /** Set for a change that must not be made after this session has ended. */
  sessionId?: string;
  /** Set for a sign-in: the users that this browser signed in before. */
  signedInBefore?: string[];
};

type None = Record<string, never>;
type Change = { from: string; to: string };
type OfKey = { name: string };

/**
 * The details of each action. Records never change, so a detail keeps its name for good, and a new
 * detail is missing from earlier records.
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
  "account.email_verified": { email: string };
  /** How long after a report a leaked production key is revoked. 0 is immediately. */
  "account.leak_grace_changed": { hours: number };
  "account.sessions_ended": { sessions: number };
  "account.tier_changed": Change;
  "account.credits_granted": { credits: number };
  "account.disabled": None;
  "account.enabled": None;
  "account.provider_linked": { provider: string };
  "account.provider_unlinked": { provider: string };
  "account.deleted": { keys: number };
  /**
   * Has no restrictions for an unrestricted key, and for a successor, which has its predecessor's.
   */
  "api_key.created": OfKey & {
    decoy?: true;
    environment: string;
    expiresAt: string | null;
    replaces?: string;
    restrictions?: Restrictions;
  };
  "api_key.renamed": Change;
  /** Without the note, which may say where a secret is stored. */
  "api_key.note_changed": OfKey;
  "api_key.rotated": OfKey & { successor: string; overlap: string; endsAt: string };
  "api_key.overlap_extended": OfKey & { endsAt: string };
  "api_key.overlap_ends": OfKey & { endsAt: string };
  /** Null for a key without an end. */
  "api_key.expiry_changed": OfKey & { from: string | null; to: string | null };
  /** The restrictions that changed, before and after. Null is no restriction. */
  "api_key.restrictions_changed": OfKey & { from: Partial<Restrictions>; to: Partial<Restrictions> };
  "api_key.disabled": OfKey;
  "api_key.enabled": OfKey;
  "api_key.revoked": OfKey;
  /** A request with a decoy, or a leak report of it. At most one record an hour. */
  "api_key.decoy_used": OfKey;
  /** The first report. The key's page shows who reported it and where it was found. */
  "api_key.leaked": OfKey;
  "api_key.deleted": OfKey;
  /** The row is back in the list. The key stays revoked. */
  "api_key.restored": OfKey;
};
export type Action = keyof Details;
/** The actions whose only detail is the key's name. */
type ActionOnKey = { [A in Action]: OfKey extends Details[A] ? A : never }[Action];

type ActivityEntry = { [A in Action]: { userId: UserId; action: A; apiKeyId?: string; details: Details[A] } }[Action];

/** Records an action in the transaction of the change, so that both are written or neither. */
export async function recordActivity(transaction: Transaction, caller: Caller, entry: ActivityEntry): Promise<void> {
  await transaction.activity.create({
    data: {
      userId: entry.userId,
      action: entry.action,
      apiKeyId: entry.apiKeyId ?? null,
      details: entry.details,
      actor: caller.actor,
      address: caller.address,
      userAgent: agentOf(caller),
    },
    select: { id: true },
  });
}

/**
 * Records an action for each key that `change` changes: a statement that returns "id" and "name".
 * Both run as one statement, so that exactly the changed keys get a record.
 * Returns their number.
 */
export async function recordEach(
  transaction: Transaction,
  caller: Caller,
  entry: { userId: UserId; action: ActionOnKey; at: Date },
  change: Prisma.Sql,
): Promise<number> {
  return transaction.$executeRaw`
    WITH "changed" AS (${change})
    INSERT INTO "Activity" ("id", "userId", "actor", "action", "apiKeyId", "details", "address", "userAgent", "createdAt")
    SELECT gen_random_uuid(), ${entry.userId}::uuid, ${caller.actor}::"Actor", ${entry.action}, "id",
           jsonb_build_object('name', "name"), ${caller.address}, ${agentOf(caller)}, ${entry.at}
    FROM "changed"`;
}

function agentOf({ userAgent }: Caller): string | null {
  return userAgent?.slice(0, 500) ?? null;
}
