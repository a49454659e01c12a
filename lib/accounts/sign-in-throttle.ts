import { hash } from "node:crypto";
import { narrowestNetwork, networksOf, widestNetwork } from "#lib/accounts/networks.ts";
import {
  type Attempt,
  count,
  greet,
  type Policy,
  type Reservation,
  reserve,
  reserveSpaced,
  type Throttled,
  waitAt,
} from "#lib/accounts/throttle.ts";
import { database } from "#lib/database/client.ts";

/** 1 s doubling to 5 min, after three typing errors. */
const PAIR: Policy = { free: 3, firstWaitS: 1, maxWaitS: 300, forgetS: 900 };
/** The same over all accounts. 20 failures free and one more each minute don't hurt an office that shares an address. */
const ADDRESS: Policy = { free: 20, firstWaitS: 1, maxWaitS: 300, forgetS: 60 };
/** A /56, which may be one home's or some: the waits are shorter the more users share them. */
const SITE: Policy = { free: 60, firstWaitS: 1, maxWaitS: 60, forgetS: 20 };
/** A /48 of IPv6 or a /24 of IPv4: 200 failures free and ten more a minute. */
const WIDE: Policy = { free: 200, firstWaitS: 1, maxWaitS: 10, forgetS: 6 };
/** Many addresses against one account: a new one waits at most 5 s, once. */
const ACCOUNT: Policy = { free: 10, firstWaitS: 1, maxWaitS: 5, forgetS: 60 };
/** Beyond 100 failures a day a network from which nobody ever signed in to the account waits up to 5 min an attempt. */
const ACCOUNT_DAY: Policy = { free: 100, firstWaitS: 1, maxWaitS: 300, forgetS: 864 };

/** Sessions of which the addresses count as known, the ones seen last. */
const KNOWN_SESSIONS = 500;

/**
 * Lets one sign-in attempt through or says how long to wait. Known and unknown accounts are treated alike. Nobody can lock
 * an account's owner out: what others do from elsewhere costs a network that has signed in there before no wait.
 */
export async function reserveSignIn(email: string, address: string | null): Promise<Attempt | Throttled> {
  const account = hash("sha256", email, "base64url");
  const pair = `sign-in to ${account} from ${narrowestNetwork(address)}`;
  const [ofAccount, ofDay] = [`sign-in to ${account}`, `sign-in to ${account} in a day`];
  let known: Promise<boolean> | undefined;
  const isKnown = () => (known ??= hasSignedInFrom(email, address));
  const held: Reservation[] = [];
  const refund = async () => {
    for (const reservation of held) await reservation.refund();
  };
  /** Undefined where the attempt may go on. */
  const hold = async (reserved: Reservation | Throttled): Promise<Throttled | undefined> => {
    if (reserved.ok) held.push(reserved);
    else {
      await refund();
      return reserved;
    }
  };

  // The widest first: a flood from its many networks ends there.
  for (const [network, policy] of policiesOf(address).toReversed()) {
    const reserved = await reserve(`sign-in from ${network}`, policy);
    if (!reserved.ok && policy !== ADDRESS && (await isKnown())) continue;
    const throttled = await hold(reserved);
    if (throttled) return throttled;
  }
  const [newcomerS, strangerS] = [await waitAt(ofAccount, ACCOUNT), await waitAt(ofDay, ACCOUNT_DAY)];
  if ((newcomerS || strangerS) && !(await isKnown())) {
    if (strangerS) {
      const scope = `stranger to ${account} from ${widestNetwork(address)}`;
      const throttled = await hold(await reserveSpaced(scope, strangerS));
      if (throttled) return throttled;
    } else await greet(pair, newcomerS);
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

/** Whether a session of the account was begun from the address's own network, by whatever sign-in method. */
async function hasSignedInFrom(email: string, address: string | null): Promise<boolean> {
  const sessions = await database().$queryRaw<{ address: string }[]>`
    SELECT s."address" FROM "Session" s JOIN "User" u ON u."id" = s."userId"
    WHERE u."email" = ${email} ORDER BY s."lastSeenAt" DESC LIMIT ${KNOWN_SESSIONS}`;
  const network = narrowestNetwork(address);
  return sessions.some((session) => narrowestNetwork(session.address) === network);
}
