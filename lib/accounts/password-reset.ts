import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { narrowestNetwork } from "#lib/accounts/networks.ts";
import { createPasswordLink } from "#lib/accounts/password-links.ts";
import { type Policy, reserve, type Throttled } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { env } from "#lib/config/env.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** One network: ten at once, then one a minute or less. */
const NETWORK: Policy = { free: 9, firstWaitS: 60, maxWaitS: 300, forgetS: 60 };
/** One address, with or without an account: three at once, then one every 20 minutes. */
const ADDRESS: Policy = { free: 2, firstWaitS: 1_200, maxWaitS: 1_200, forgetS: 1_200 };
/**
 * Longer than the work for an account takes, so that the time doesn't reveal whether there is one.
 */
const ANSWER_MS = 600;

/**
 * Emails a link that sets a new password, if the address has an account. The answer and its time
 * are the same if it has none (OWASP ASVS 5, 6.3.8).
 */
export async function requestPasswordReset(
  email: string,
  caller: Caller,
): Promise<Result<undefined, "no_mail"> | Throttled> {
  if (!env().SMTP_URL) return err("no_mail");
  const ofNetwork = await reserve(`reset from ${narrowestNetwork(caller.address)}`, NETWORK);
  if (!ofNetwork.ok) return ofNetwork;
  const ofAddress = await reserve(`reset of ${hash("sha256", email, "base64url")}`, ADDRESS);
  if (!ofAddress.ok) return ofAddress;
  await Promise.all([sleep(ANSWER_MS), createPasswordLink(email, caller, { mailed: true })]);
  return ok();
}
