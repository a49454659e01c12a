import { keyCount } from "#components/api-keys/list/key-count.ts";
import type { KeyWarning } from "#lib/api-keys/key-health.ts";
import type { WarningKind } from "#lib/api-keys/model/key-warning.ts";

type Words = {
  one: string;
  many: string;
  /** The recommended action, followed by the number of keys. */
  action: string;
  /** How to do it, shown beside the keys. */
  advice: string;
  /** The action is a rotation of one key after the other. */
  rotates?: true;
};

const REVOKE = "Select the ones that you no longer need, and revoke them.";

export const WARNING_WORDS: Record<WarningKind, Words> = {
  expiring: {
    one: "expires soon",
    many: "expire soon",
    action: "Rotate",
    advice: "Rotate each key that is still needed, or edit its expiry from its menu.",
    rotates: true,
  },
  dropped_permission: {
    one: "has a permission that no longer exists",
    many: "have a permission that no longer exists",
    action: "Edit permissions of",
    advice: "That permission has no effect. Edit each key's permissions from its menu.",
  },
  beyond_lifetime: {
    one: "exceeds the maximum lifetime",
    many: "exceed the maximum lifetime",
    action: "Rotate",
    advice: "Rotate each of them. The new key gets an expiry within the limit.",
    rotates: true,
  },
  never_used: {
    one: "was never used in 30 days",
    many: "were never used in 30 days",
    action: "Review and revoke",
    advice: REVOKE,
  },
  idle: {
    one: "has not been used for 90 days",
    many: "have not been used for 90 days",
    action: "Review and revoke",
    advice: REVOKE,
  },
  many_networks: {
    one: "was seen on five or more networks in 30 days",
    many: "were seen on five or more networks in 30 days",
    action: "Look at the callers of",
    advice: "Open a key to see who calls with it. Rotate it if you don't know all of them.",
  },
  idle_full_access: {
    one: "has full access and has not been used for 30 days",
    many: "have full access and have not been used for 30 days",
    action: "Restrict",
    advice: "Edit each key's permissions from its menu.",
  },
  unlimited: {
    one: "for production has no network or spending limit, unlike your other keys",
    many: "for production have no network or spending limit, unlike your other keys",
    action: "Limit",
    advice: "Edit each key's permissions from its menu to limit its networks or credits.",
  },
  old: {
    one: "is older than a year",
    many: "are older than a year",
    action: "Rotate",
    advice: "Rotate each of them: programs have time to move to the new key.",
    rotates: true,
  },
  no_expiry: {
    one: "of three months or more never expires",
    many: "of three months or more never expire",
    action: "Review",
    advice: "Edit the expiry of each from its menu, or choose one when you rotate it.",
  },
};

/** Describes a warning: "1 key is older than a year". */
export function warningWords({ kind, keys }: KeyWarning): string {
  const { one, many } = WARNING_WORDS[kind];
  return `${keyCount(keys)} ${keys === 1 ? one : many}`;
}

/** Names the action of a warning: "Rotate 3 keys". */
export function warningAction({ kind, keys }: KeyWarning): string {
  return `${WARNING_WORDS[kind].action} ${keyCount(keys)}`;
}
