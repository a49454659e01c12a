import { hash } from "node:crypto";
import { narrowestNetwork, networksOf, widestNetwork } from "#lib/accounts/networks.ts";
import {
  type Attempt,
  type CountedAttempt,
  count,
  delayFirst,
  type Policy,
  readWait,
  reserve,
  reserveSpaced,
  type Throttled,
} from "#lib/accounts/throttle.ts";
import { database } from "#lib/database/client.ts";

/** One account from one network: 1 s doubling to 5 min, after three typing errors. */
const PAIR: Policy = { free: 3, firstWaitS: 1, maxWaitS: 300, forgetS: 900 };
/**
 * One network over all accounts: an office that shares an address stays below 20 failures and one a
 * minute.
 */
const ADDRESS: Policy = { free: 20, firstWaitS: 1, maxWaitS: 300, forgetS: 60 };
/**
 * A /56 of IPv6, which may be several homes: the more users share a network, the shorter its waits.
 */
const SITE: Policy = { free: 60, firstWaitS: 1, maxWaitS: 60, forgetS: 20 };
/** A /48 of IPv6 or a /24 of IPv4: 200 failures without a wait, and ten more a minute. */
const WIDE: Policy = { free: 200, firstWaitS: 1, maxWaitS: 10, forgetS: 6 };
/** One account from all networks: a new network waits at most 5 s, once. */
const ACCOUNT: Policy = { free: 10, firstWaitS: 1, maxWaitS: 5, forgetS: 60 };
/**
 * One account in a day: beyond 100 failures, a network without a sign-in to it waits up to 5 min an
 * attempt.
 */
const ACCOUNT_DAY: Policy = { free: 100, firstWaitS: 1, maxWaitS: 300, forgetS: 864 };

/** The sessions, seen last, whose networks count as known. */
const KNOWN_SESSIONS = 500;

/**
 * Accepts one sign-in attempt or tells how long to wait, for known and unknown accounts alike. A
 * network that has signed in to the account before never waits for attempts of other networks, so
 * that they can't lock the user out.
 */
export async function reserveSignIn(email: string, address: string | null): Promise<Attempt | Throttled> {
  const account = hash("sha256", email, "base64url");
  const pair = `sign-in to ${account} from ${narrowestNetwork(address)}`;
  const [ofAccount, ofDay] = [`sign-in to ${account}`, `sign-in to ${account} in a day`];
  let known: Promise<boolean> | undefined;
  const isKnown = () => (known ??= hasSignedInFrom(email, address));
  const held: CountedAttempt[] = [];
  const refund = async () => {
    for (const attempt of held) await attempt.refund();
  };
  /** Returns undefined if the attempt may go on. */
  const hold = async (reserved: CountedAttempt | Throttled): Promise<Throttled | undefined> => {
    if (reserved.ok) held.push(reserved);
    else {
      await refund();
      return reserved;
    }
  };

  // The widest network first: a flood from its many narrow ones ends there.
  for (const [network, policy] of policiesOf(address).toReversed()) {
    const reserved = await reserve(`sign-in from ${network}`, policy);
    if (!reserved.ok && policy !== ADDRESS && (await isKnown())) continue;
    const throttled = await hold(reserved);
    if (throttled) return throttled;
  }
  const [newNetworkS, unknownNetworkS] = [await readWait(ofAccount, ACCOUNT), await readWait(ofDay, ACCOUNT_DAY)];
  if ((newNetworkS || unknownNetworkS) && !(await isKnown())) {
    if (unknownNetworkS) {
      const scope = `stranger to ${account} from ${widestNetwork(address)}`;
      const throttled = await hold(await reserveSpaced(scope, unknownNetworkS));
      if (throttled) return throttled;
    } else await delayFirst(pair, newNetworkS);
  }
  const throttled = await hold(await reserve(pair, PAIR));
  if (throttled) return throttled;
  return {
    ok: true,
    async settle(outcome) {
      if (outcome === "failed") {
        await count(ofAccount, ACCOUNT);
        return count(ofDay, ACCOUNT_DAY);
      }
      await refund();
      if (outcome === "succeeded") await database().throttle.deleteMany({ where: { scope: pair } });
    },
  };
}

function policiesOf(address: string | null): [string, Policy][] {
  const [own, ...wider] = networksOf(address);
  return [
    [own, ADDRESS],
    ...wider.map((network): [string, Policy] => [network, network.endsWith("/56") ? SITE : WIDE]),
  ];
}

/**
 * Tells whether a session of the account began in the address's narrowest network, by any sign-in
 * method.
 */
async function hasSignedInFrom(email: string, address: string | null): Promise<boolean> {
  const sessions = await database().$queryRaw<{ address: string }[]>`
    SELECT s."address" FROM "Session" s JOIN "User" u ON u."id" = s."userId"
    WHERE u."email" = ${email} ORDER BY s."lastSeenAt" DESC LIMIT ${KNOWN_SESSIONS}`;
  const network = narrowestNetwork(address);
  return sessions.some((session) => narrowestNetwork(session.address) === network);
}
