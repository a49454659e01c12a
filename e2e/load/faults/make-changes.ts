import { setTimeout as sleep } from "node:timers/promises";
import { type Account, type Key, NEVER } from "#e2e/load/faults/accounts.ts";
import type { Report } from "#e2e/load/faults/report.ts";
import { drawRestrictions } from "#e2e/load/faults/restrictions.ts";
import type { Random } from "#e2e/load/random.ts";
import { disableAccount, setTier } from "#lib/accounts/store.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { grantCredits } from "#lib/credits/store.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;

type Plan = { running: () => boolean; count: number; ms: number };

export async function makeChanges(
  random: Random,
  accounts: Account[],
  keys: Key[],
  plan: Plan,
  report: Report,
): Promise<void> {
  const pace = plan.ms / plan.count;
  const open: Promise<void>[] = [];
  const change = (work: () => Promise<{ ok: boolean }>, onConfirmed: (confirmed: number) => void) => {
    // A change that fails may have happened. It is not confirmed, and nothing is expected of it.
    open.push(
      work().then(
        ({ ok }) => {
          if (ok) onConfirmed(performance.now());
          else report.violations.push("a change was rejected");
        },
        () => {},
      ),
    );
  };
  while (plan.running()) {
    // A key whose last change is under way, or wasn't confirmed, gets no other one.
    const good = keys.filter(
      ({ revoked, pause, restricting }) =>
        revoked === NEVER && pause.confirmed < NEVER.confirmed && restricting.confirmed < NEVER.confirmed,
    );
    if (good.length < 50) break;
    const key = random.pick(good);
    key.revoked = { ...NEVER, begun: performance.now() };
    change(
      () => revokeApiKey(key.account.id, key.id, OPERATOR),
      (confirmed) => {
        key.revoked = { ...key.revoked, confirmed };
        report.revocations += 1;
      },
    );
    const paused = random.pick(good.filter((other) => other !== key));
    const pause = { disabled: !paused.pause.disabled, begun: performance.now(), confirmed: NEVER.confirmed };
    paused.pause = pause;
    change(
      () => setDisabled(paused.account.id, paused.id, pause.disabled ? "disabled" : "enabled", OPERATOR),
      (confirmed) => {
        pause.confirmed = confirmed;
      },
    );
    // Keys of limited accounts aren't restricted, so that only the account's limit applies.
    const restricted = random.pick(good.filter((other) => other !== key && !other.account.limited));
    const restricting = { to: drawRestrictions(random), begun: performance.now(), confirmed: NEVER.confirmed };
    restricted.restricting = restricting;
    change(
      () => changeRestrictions(restricted.account.id, restricted.id, restricting.to, OPERATOR),
      (confirmed) => {
        restricting.confirmed = confirmed;
      },
    );
    const enabled = accounts.filter(({ limited, disabled }) => !limited && disabled === NEVER);
    // Some accounts stay enabled for the checks at the end.
    if (enabled.length > 10 && random.chance(0.1)) {
      const account = random.pick(enabled);
      account.disabled = { ...NEVER, begun: performance.now() };
      change(
        () => disableAccount(account.id, OPERATOR),
        (confirmed) => {
          account.disabled = { ...account.disabled, confirmed };
        },
      );
    }
    const unchanged = accounts.filter(({ limited, tierChange }) => !limited && tierChange === NEVER);
    if (unchanged.length > 0 && random.chance(0.3)) {
      const account = random.pick(unchanged);
      account.tierChange = { ...NEVER, begun: performance.now() };
      change(
        () => setTier(account.id, "pro", OPERATOR),
        (confirmed) => {
          account.tier = "pro";
          account.tierChange = { ...account.tierChange, confirmed };
        },
      );
    }
    if (random.chance(0.3)) {
      const account = random.pick(accounts);
      change(
        () => grantCredits(account.id, 10, OPERATOR),
        () => {
          account.granted += 10;
        },
      );
    }
    await sleep(pace * (0.5 + random.next()));
  }
  await Promise.all(open);
}
