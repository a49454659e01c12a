import { randomUUID } from "node:crypto";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { openBalance } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";

/** The times of a change: before `begun` the old state holds, after `confirmed` the new one. */
export type Change = { begun: number; confirmed: number };
export const NEVER: Change = { begun: Number.POSITIVE_INFINITY, confirmed: Number.POSITIVE_INFINITY };

export type Account = {
  id: UserId;
  limited: boolean;
  tier: string;
  tierChange: Change;
  disabled: Change;
  granted: number;
};
/** The last time that a key was disabled, or enabled again. */
export type Pause = Change & { disabled: boolean };
/** The last change of a key's restrictions. */
export type Restricting = Change & { to: Restrictions };
export type Key = {
  id: string;
  account: Account;
  secret: string;
  revoked: Change;
  pause: Pause;
  restricting: Restricting;
};

/** More than the load can spend. */
const CREDITS = 100_000;

export async function populate(count: number, keysEach: number): Promise<{ accounts: Account[]; keys: Key[] }> {
  const accounts: Account[] = [];
  const keys: Key[] = [];
  for (let i = 0; i < count; i += 1) {
    const limited = i % 30 === 0;
    const tier = limited ? "limited" : "free";
    const id = await database().$transaction(async (transaction) => {
      const user = await transaction.user.create({
        data: { name: "Load", email: `${randomUUID()}@example.com`, tier },
        select: { id: true },
      });
      const userId = asUserId(user.id);
      await openBalance(transaction, userId, CREDITS);
      return userId;
    });
    const account = { id, limited, tier, tierChange: NEVER, disabled: NEVER, granted: CREDITS };
    accounts.push(account);
    for (let j = 0; j < keysEach; j += 1) {
      const secret = generateSecret();
      const key = await database().apiKey.create({
        data: { userId: id, name: "Load", environment: "production", prefix: "gt_load", hash: hashSecret(secret) },
        select: { id: true },
      });
      const pause = { begun: 0, confirmed: 0, disabled: false };
      const restricting = { begun: 0, confirmed: 0, to: UNRESTRICTED };
      keys.push({ id: key.id, account, secret, revoked: NEVER, pause, restricting });
    }
  }
  return { accounts, keys };
}
