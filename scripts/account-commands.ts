import { readFile } from "node:fs/promises";
import { z } from "zod";
import { listIdentities } from "#lib/accounts/linked-providers.ts";
import { NAME_MAX } from "#lib/accounts/model/limits.ts";
import { createPasswordLink, passwordLinkPath } from "#lib/accounts/password-links.ts";
import { endSessions } from "#lib/accounts/sessions.ts";
import { findSignInMethods } from "#lib/accounts/sign-in-methods.ts";
import {
  type Account,
  createAccount,
  disableAccount,
  enableAccount,
  findAccount,
  listAccounts,
  setTier,
} from "#lib/accounts/store.ts";
import { keyStatus, STATUSES } from "#lib/api-keys/model/status.ts";
import { listEveryApiKey, revokeApiKeyAsOperator } from "#lib/api-keys/operator.ts";
import { env } from "#lib/config/env.ts";
import { tierOf, tiers } from "#lib/config/tiers-file.ts";
import { CREDITS_MAX, findRemaining, grantCredits } from "#lib/credits/store.ts";
import { KEYS_MAX } from "#lib/leaks/model/schema.ts";
import { type LeakedKey, reportLeaks } from "#lib/leaks/report-leaks.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { formatFields, formatTable, formatTime } from "#scripts/table.ts";

/** A command's answer: `data` for programs, `text` for the terminal. */
export type Answer = { data: unknown; text: string };
const KEY_SHAPES = /gt_[0-9A-Za-z]{36}(?![0-9A-Za-z])/g;
const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;

/** The number of credits that an operator can add at once. */
export const creditsToGrant = z
  .string()
  .regex(/^[1-9]\d*$/)
  .transform(Number)
  .pipe(z.number().max(CREDITS_MAX));

async function wanted(email: string): Promise<Account> {
  const account = await findAccount(email);
  if (!account) throw new OperatorError(`There is no account ${email}.`);
  return account;
}

/** Finds an account that a command may change: a deleted one can't be changed. */
async function living(email: string): Promise<Account> {
  const account = await wanted(email);
  if (!account.deletedAt) return account;
  throw new OperatorError(`${account.email} was deleted on ${formatTime(account.deletedAt)}, for good.`);
}

export async function list(): Promise<Answer> {
  const accounts = await listAccounts();
  const rows = accounts.map((account) => ({
    email: account.email,
    name: account.name,
    tier: account.tier,
    created: formatTime(account.createdAt),
    status: statusOf(account),
  }));
  return { data: accounts, text: formatTable(rows) || "There are no accounts yet." };
}

export async function show(email: string): Promise<Answer> {
  const account = await wanted(email);
  const ways = await findSignInMethods(account.id);
  const identities = await listIdentities(account.id);
  const remaining = await findRemaining(account.id, tierOf(account.id, account.tier).requestsPerMonth);
  const statuses = (await listEveryApiKey(account.id)).map((key) => keyStatus(key, new Date()));
  const counts = Object.fromEntries(STATUSES.map((status) => [status, statuses.filter((s) => s === status).length]));
  const text = formatFields({
    Email: account.email,
    "Address verified": formatTime(account.emailVerifiedAt, "no"),
    Name: account.name,
    Id: account.id,
    Tier: account.tier,
    Credits: remaining?.credits ?? 0,
    "Requests left this month": remaining?.requests ?? "no quota",
    Created: formatTime(account.createdAt),
    Status: statusOf(account),
    "Signs in with":
      [...(ways.hasPassword ? ["password"] : []), ...ways.providers].join(", ") ||
      (account.deletedAt ? "nothing" : "nothing yet"),
    "Linked identities":
      identities
        .map(({ provider, subject, createdAt }) => `${provider} ${subject} (since ${formatTime(createdAt)})`)
        .join(", ") || "none",
    "Signed-in browsers": ways.sessions,
    "API keys": STATUSES.map((status) => `${counts[status]} ${status}`).join(", "),
  });
  return {
    data: {
      ...account,
      emailVerified: account.emailVerifiedAt !== null,
      ...ways,
      identities,
      remaining,
      apiKeys: counts,
    },
    text,
  };
}

export async function create(email: string, options: { name?: string }): Promise<Answer> {
  const name = options.name ?? email.slice(0, email.indexOf("@")).slice(0, NAME_MAX);
  const created = await createAccount({ email, name }, OPERATOR);
  if (!created.ok) throw new OperatorError(`There is an account ${email} already.`);
  const link = await linkFor(created.value);
  return {
    data: { ...created.value, ...(link.data as object) },
    text: `The account ${email} has the tier ${created.value.tier}.\n${link.text}`,
  };
}

export async function changeTier(address: string, tier: string): Promise<Answer> {
  const { id, email } = await living(address);
  const changed = await setTier(id, tier, OPERATOR);
  if (!changed.ok)
    throw new OperatorError(`There is no tier "${tier}"; the tiers are ${Object.keys(tiers()).join(", ")}.`);
  return { data: { email, tier }, text: `${email} has the tier ${tier}.` };
}

export async function grant(address: string, credits: number): Promise<Answer> {
  const { id, email } = await living(address);
  const granted = await grantCredits(id, credits, OPERATOR);
  if (!granted.ok) throw new OperatorError(`${email} would have more than ${CREDITS_MAX} credits.`);
  return { data: { email, credits: granted.value }, text: `${email} has ${granted.value} credits.` };
}

export async function signOut(address: string): Promise<Answer> {
  const { id, email } = await living(address);
  const sessions = await endSessions(id, OPERATOR);
  return { data: { email, sessionsEnded: sessions }, text: `${email} was signed out (browsers: ${sessions}).` };
}

export async function passwordLink(email: string): Promise<Answer> {
  return linkFor(await living(email));
}

async function linkFor({ email, disabledAt }: Account): Promise<Answer> {
  if (disabledAt) throw new OperatorError(`${email} is disabled, so its link would not work; enable it first.`);
  const link = await createPasswordLink(email, OPERATOR);
  if (!link.ok) throw new OperatorError(`There is no account ${email}.`);
  const { token, expiresAt } = link.value;
  const { PUBLIC_URL, PORT } = env();
  const url = `${PUBLIC_URL ?? `http://localhost:${PORT}`}${passwordLinkPath(token)}`;
  return {
    data: { email, passwordLink: url, expiresAt },
    text: `Give this link to ${email}. It works once and expires at ${formatTime(expiresAt)}. Using it ends all sessions and unlinks all providers. Unless the address is verified, the user is asked whether to keep the existing API keys:\n${url}`,
  };
}

export async function disable(address: string): Promise<Answer> {
  const { id, email } = await living(address);
  await disableAccount(id, OPERATOR);
  return { data: { email, status: "disabled" }, text: `${email} is disabled: signed out, its API keys rejected.` };
}

export async function enable(address: string): Promise<Answer> {
  const { id, email } = await living(address);
  await enableAccount(id, OPERATOR);
  return { data: { email, status: "active" }, text: `${email} may sign in again, and its API keys work.` };
}

export async function keys(address: string): Promise<Answer> {
  const { id, email } = await wanted(address);
  const now = new Date();
  const found = (await listEveryApiKey(id)).map((key) => ({ ...key, status: keyStatus(key, now) }));
  const rows = found.map((key) => ({
    id: key.id,
    key: `${key.prefix}…`,
    name: key.name,
    environment: key.environment,
    status: key.deletedAt ? `${key.status}, deleted` : key.status,
    created: formatTime(key.createdAt),
    "last used": formatTime(key.lastUsedAt),
    expires: formatTime(key.expiresAt),
  }));
  return { data: found, text: formatTable(rows) || `${email} has no API keys.` };
}

export async function revoke(id: string): Promise<Answer> {
  const revoked = await revokeApiKeyAsOperator(id, OPERATOR);
  if (!revoked.ok)
    throw new OperatorError(
      revoked.error === "not_found"
        ? `There is no API key with the id ${id}.`
        : `The API key ${id} is revoked already.`,
    );
  return { data: { id, status: "revoked" }, text: `The API key ${id} is revoked: it is rejected from now on.` };
}

/** Reports every key that a text file contains. */
export async function leaked(file: string): Promise<Answer> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new OperatorError(`${file} can't be read.`);
  });
  const strings = [...new Set(text.match(KEY_SHAPES))];
  const found = new Map<string, LeakedKey>();
  for (let i = 0; i < strings.length; i += KEYS_MAX) {
    const part = strings.slice(i, i + KEYS_MAX).map((text) => ({ text, source: "The operator", url: "" }));
    for (const [text, key] of await reportLeaks(part, OPERATOR)) found.set(text, key);
  }
  const ids = [...found.values()].map(({ id }) => id);
  const head = `Strings that look like a key: ${strings.length}. Actual keys among them: ${ids.length}. These keys are marked as leaked. They are rejected from now on, or 24 hours after their first report if their account chose that.`;
  return { data: { strings: strings.length, keys: ids }, text: [head, ...ids].join("\n") };
}

function statusOf({ disabledAt, deletedAt }: Account): string {
  if (deletedAt) return `deleted on ${formatTime(deletedAt)}`;
  return disabledAt ? `disabled since ${formatTime(disabledAt)}` : "active";
}
