import type { Template } from "#lib/mail/letter.ts";
import { emailChanged, passwordChanged, resetPassword, verifyEmail } from "#lib/mail/templates/account.ts";
import { digest } from "#lib/mail/templates/digest.ts";
import { keysExpired, keysExpiring } from "#lib/mail/templates/expiry.ts";
import { keysIdle, keysIdleDisabled } from "#lib/mail/templates/idle.ts";
import { decoyUsed, keyRotated, keysLeaked, keysRevoked, keyWidened } from "#lib/mail/templates/key-changes.ts";
import { keyCreated } from "#lib/mail/templates/keys.ts";
import { keyUsedFromNewNetwork } from "#lib/mail/templates/networks.ts";
import { newBrowser, signInMethodChanged } from "#lib/mail/templates/sign-in.ts";
import { creditsLow, quotaNear, spendingCapReached } from "#lib/mail/templates/spending.ts";

/** Every kind of email with its template. Stored rows depend on a kind's name and data. */
export const KINDS = {
  "account.verify_email": verifyEmail,
  "account.reset_password": resetPassword,
  "account.password_changed": passwordChanged,
  "account.email_changed": emailChanged,
  "account.new_browser": newBrowser,
  "account.sign_in_method_changed": signInMethodChanged,
  "api_key.created": keyCreated,
  "api_key.rotated": keyRotated,
  "api_key.revoked": keysRevoked,
  "api_key.leaked": keysLeaked,
  "api_key.decoy_used": decoyUsed,
  "api_key.widened": keyWidened,
  "api_key.expiring": keysExpiring,
  "api_key.expired": keysExpired,
  "api_key.idle": keysIdle,
  "api_key.idle_disabled": keysIdleDisabled,
  "api_key.new_network": keyUsedFromNewNetwork,
  "api_key.cap_reached": spendingCapReached,
  "credits.low": creditsLow,
  "quota.near": quotaNear,
  digest,
};

export type MailKind = keyof typeof KINDS;
/** The data that an email of a kind is written from. */
export type MailData<Kind extends MailKind> = (typeof KINDS)[Kind] extends Template<infer Data> ? Data : never;

export const ALL_KINDS = Object.keys(KINDS) as MailKind[];
/** The kinds that count toward the hourly limit and that a digest may replace. */
export const NOTICES = ALL_KINDS.filter((kind) => kind !== "digest" && !KINDS[kind].isSecurity);

/** Returns a kind's template for data read from the outbox. */
export function templateOf(kind: MailKind): Template<never> {
  return KINDS[kind] as Template<never>;
}
