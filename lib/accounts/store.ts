import type { UserId } from "#lib/accounts/model/user-id.ts";
import { endSessionsOf } from "#lib/accounts/sessions.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { firstTier, signupCredits, tiers } from "#lib/config/tiers-file.ts";
import { openBalance } from "#lib/credits/store.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import type { UserModel } from "#lib/database/generated/models.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** The columns of an account that are read: never the hash of its password. */
const FIELDS = {
  id: true,
  email: true,
  emailVerifiedAt: true,
  name: true,
  tier: true,
  createdAt: true,
  disabledAt: true,
  deletedAt: true,
} as const;
export type Account = Omit<Pick<UserModel, keyof typeof FIELDS>, "id"> & { id: UserId };

type NewAccount = {
  name: string;
  /** In the form that `newEmailAddress` returns. */
  email: string;
  /** Left out if the user gets a password link or signs in through a provider. */
  passwordHash?: string;
  /** A provider says that it has verified the address. */
  isVerified?: boolean;
};

/** Creates an account with the first tier. */
export function createAccount(input: NewAccount, caller: Caller): Promise<Result<Account, "email_taken">> {
  return database().$transaction((transaction) => insertAccount(transaction, input, caller));
}

/**
 * Creates an account in the transaction of a sign-up. Of parallel calls with one address, one
 * succeeds.
 */
export async function insertAccount(
  transaction: Transaction,
  { name, email, passwordHash, isVerified }: NewAccount,
  caller: Caller,
): Promise<Result<Account, "email_taken">> {
  const [account] = (await transaction.user.createManyAndReturn({
    data: [
      {
        name,
        email,
        passwordHash: passwordHash ?? null,
        emailVerifiedAt: isVerified ? new Date() : null,
        tier: firstTier(),
      },
    ],
    skipDuplicates: true,
    select: FIELDS,
  })) as Account[];
  if (!account) return err("email_taken");
  await openBalance(transaction, account.id, signupCredits());
  await recordActivity(transaction, caller, {
    userId: account.id,
    action: "account.created",
    details: { tier: account.tier },
  });
  return ok(account);
}

export function findAccount(email: string): Promise<Account | null> {
  return database().user.findUnique({ where: { email }, select: FIELDS }) as Promise<Account | null>;
}

export function listAccounts(): Promise<Account[]> {
  return database().user.findMany({ select: FIELDS, orderBy: { email: "asc" } }) as Promise<Account[]>;
}

export async function setTier(
  userId: UserId,
  tier: string,
  caller: Caller,
): Promise<Result<undefined, "not_found" | "unknown_tier">> {
  if (!Object.hasOwn(tiers(), tier)) return err("unknown_tier");
  const changed = await database().$transaction(async (transaction) => {
    const before = await lockAccount(transaction, userId);
    if (!before) return err("not_found");
    if (before.tier === tier) return ok();
    await transaction.user.update({ where: { id: userId }, data: { tier }, select: { id: true } });
    await recordActivity(transaction, caller, {
      userId,
      action: "account.tier_changed",
      details: { from: before.tier, to: tier },
    });
    return ok();
  });
  if (changed.ok) await outliveLeases();
  return changed;
}

/**
 * Disables an account: ends its sessions, and rejects sign-in and API keys until it is enabled
 * again. Every instance does so when this returns.
 */
export async function disableAccount(userId: UserId, caller: Caller): Promise<Result<undefined, "not_found">> {
  const disabled = await database().$transaction(async (transaction) => {
    const before = await lockAccount(transaction, userId);
    if (!before) return err("not_found");
    if (before.disabledAt) return ok();
    await transaction.user.update({ where: { id: userId }, data: { disabledAt: new Date() }, select: { id: true } });
    await endSessionsOf(transaction, userId);
    await recordActivity(transaction, caller, { userId, action: "account.disabled", details: {} });
    return ok();
  });
  if (disabled.ok) await outliveLeases();
  return disabled;
}

/** Enables an account. Every instance accepts its API keys when this returns. */
export async function enableAccount(userId: UserId, caller: Caller): Promise<Result<undefined, "not_found">> {
  const enabled = await database().$transaction(async (transaction) => {
    const before = await lockAccount(transaction, userId);
    if (!before) return err("not_found");
    if (!before.disabledAt) return ok();
    await transaction.user.update({ where: { id: userId }, data: { disabledAt: null }, select: { id: true } });
    await recordActivity(transaction, caller, { userId, action: "account.enabled", details: {} });
    return ok();
  });
  if (enabled.ok) await outliveLeases();
  return enabled;
}

/** Undefined for an unknown account and for an anonymized one, which never changes. */
async function lockAccount(
  transaction: Transaction,
  userId: UserId,
): Promise<{ tier: string; disabledAt: Date | null } | undefined> {
  const rows = await transaction.$queryRaw<{ tier: string; disabledAt: Date | null }[]>`
    SELECT "tier", "disabledAt" FROM "User" WHERE "id" = ${userId}::uuid AND "deletedAt" IS NULL FOR UPDATE`;
  return rows[0];
}

/** Reads an account's tier, by name, and the time since when it exists. */
export function findTier(userId: UserId): Promise<Pick<Account, "tier" | "createdAt">> {
  return database().user.findUniqueOrThrow({ where: { id: userId }, select: { tier: true, createdAt: true } });
}

export async function renameAccount(userId: UserId, name: string, caller: Caller): Promise<void> {
  await database().$transaction(async (transaction) => {
    const rows = await transaction.$queryRaw<{ name: string }[]>`
      SELECT "name" FROM "User" WHERE "id" = ${userId}::uuid AND "deletedAt" IS NULL FOR UPDATE`;
    const before = rows[0]?.name;
    if (before === undefined || before === name) return;
    await transaction.user.update({ where: { id: userId }, data: { name }, select: { id: true } });
    await recordActivity(transaction, caller, {
      userId,
      action: "account.renamed",
      details: { from: before, to: name },
    });
  });
}
