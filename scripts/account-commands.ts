import { listIdentities } from "#lib/accounts/linked-providers.ts";
import { createPasswordLink, passwordLinkPath } from "#lib/accounts/password-links.ts";
import { emailAddress, newEmailAddress, personName } from "#lib/accounts/schema.ts";
import { endSessions } from "#lib/accounts/sessions.ts";
import {
  type Account,
  createAccount,
  disableAccount,
  enableAccount,
  findAccount,
  listAccounts,
  setTier,
} from "#lib/accounts/store.ts";
import { findWaysIn } from "#lib/accounts/ways-in.ts";
import { listEveryApiKey, revokeApiKeyAsOperator } from "#lib/api-keys/operator.ts";
import { keyStatus, STATUSES } from "#lib/api-keys/status.ts";
import { CREDITS_MAX, findRemaining, grantCredits } from "#lib/credits/store.ts";
import { env } from "#lib/env.ts";
import { tierOf, tiers } from "#lib/tiers-file.ts";
import { CommandError, UsageError } from "#scripts/command.ts";
import { formatFields, formatTable, formatTime } from "#scripts/table.ts";

/** What a command says: for programs, and for people. */
export type Answer = { data: unknown; text: string };
type Command = { operands: number; run: (operands: string[], name?: string) => Promise<Answer> };

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;

export const COMMANDS: Record<string, Command> = {
  list: { operands: 0, run: list },
  show: { operands: 1, run: async ([email]) => show(await wanted(email)) },
  create: { operands: 1, run: async ([email], name) => create(address(email, newEmailAddress), name) },
  "set-tier": { operands: 2, run: async ([email, tier = ""]) => changeTier(await living(email), tier) },
  grant: { operands: 2, run: async ([email, credits = ""]) => grant(await living(email), credits) },
  "sign-out": { operands: 1, run: async ([email]) => signOut(await living(email)) },
  "password-link": { operands: 1, run: async ([email]) => passwordLink(await living(email)) },
  disable: { operands: 1, run: async ([email]) => disable(await living(email)) },
  enable: { operands: 1, run: async ([email]) => enable(await living(email)) },
  keys: { operands: 1, run: async ([email]) => keys(await wanted(email)) },
  revoke: { operands: 1, run: ([id = ""]) => revoke(id) },
};

function address(email: string | undefined, schema = emailAddress): string {
  const parsed = schema.safeParse(email);
  if (!parsed.success) throw new UsageError(`"${email}" is no email address.`);
  return parsed.data;
}

async function wanted(email: string | undefined): Promise<Account> {
  const account = await findAccount(address(email));
  if (!account) throw new CommandError(`There is no account ${address(email)}.`);
  return account;
}

/** For what changes an account: one that was deleted stays as it is. */
async function living(email: string | undefined): Promise<Account> {
  const account = await wanted(email);
  if (!account.deletedAt) return account;
  throw new CommandError(`${account.email} was deleted on ${formatTime(account.deletedAt)}, for good.`);
}

async function list(): Promise<Answer> {
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

async function show(account: Account): Promise<Answer> {
  const ways = await findWaysIn(account.id);
  const identities = await listIdentities(account.id);
  const remaining = await findRemaining(account.id, tierOf(account.id, account.tier).requestsPerMonth);
  const statuses = (await listEveryApiKey(account.id)).map((key) => keyStatus(key, new Date()));
  const counts = Object.fromEntries(STATUSES.map((status) => [status, statuses.filter((s) => s === status).length]));
  const text = formatFields({
    Email: account.email,
    "Address verified": "no: anybody can sign up with any address",
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
  return { data: { ...account, emailVerified: false, ...ways, identities, remaining, apiKeys: counts }, text };
}

async function create(email: string, name = email.slice(0, email.indexOf("@")).slice(0, 64)): Promise<Answer> {
  const parsed = personName.safeParse(name);
  if (!parsed.success) throw new UsageError(parsed.error.issues[0]?.message ?? "");
  const created = await createAccount({ email, name: parsed.data }, OPERATOR);
  if (!created.ok) throw new CommandError(`There is an account ${email} already.`);
  const link = await passwordLink(created.value);
  return {
    data: { ...created.value, ...(link.data as object) },
    text: `The account ${email} has the tier ${created.value.tier}.\n${link.text}`,
  };
}

async function changeTier({ id, email }: Account, tier: string): Promise<Answer> {
  const changed = await setTier(id, tier, OPERATOR);
  if (!changed.ok)
    throw new CommandError(`There is no tier "${tier}"; the tiers are ${Object.keys(tiers()).join(", ")}.`);
  return { data: { email, tier }, text: `${email} has the tier ${tier}.` };
}

async function grant({ id, email }: Account, text: string): Promise<Answer> {
  const credits = Number(text);
  if (!/^[1-9]\d*$/.test(text) || credits > CREDITS_MAX)
    throw new UsageError(`"${text}" is no number of credits from 1 to ${CREDITS_MAX}.`);
  const granted = await grantCredits(id, credits, OPERATOR);
  if (!granted.ok) throw new CommandError(`${email} would have more than ${CREDITS_MAX} credits.`);
  return { data: { email, credits: granted.value }, text: `${email} has ${granted.value} credits.` };
}

async function signOut({ id, email }: Account): Promise<Answer> {
  const sessions = await endSessions(id, OPERATOR);
  return { data: { email, sessionsEnded: sessions }, text: `${email} was signed out (browsers: ${sessions}).` };
}

async function passwordLink({ email, disabledAt }: Account): Promise<Answer> {
  if (disabledAt) throw new CommandError(`${email} is disabled, so that its link would not work; enable it first.`);
  const link = await createPasswordLink(email, OPERATOR);
  if (!link.ok) throw new CommandError(`There is no account ${email}.`);
  const { token, expiresAt } = link.value;
  const { PUBLIC_URL, PORT } = env();
  const url = `${PUBLIC_URL ?? `http://localhost:${PORT}`}${passwordLinkPath(token)}`;
  return {
    data: { email, passwordLink: url, expiresAt },
    text: `Give this link to ${email}. It is good once, until ${formatTime(expiresAt)}; using it ends all sessions, unlinks all providers and asks whether the existing API keys stay:\n${url}`,
  };
}

async function disable({ id, email }: Account): Promise<Answer> {
  await disableAccount(id, OPERATOR);
  return { data: { email, status: "disabled" }, text: `${email} is disabled: signed out, its API keys refused.` };
}

async function enable({ id, email }: Account): Promise<Answer> {
  await enableAccount(id, OPERATOR);
  return { data: { email, status: "active" }, text: `${email} may sign in again, and its API keys work.` };
}

async function keys({ id, email }: Account): Promise<Answer> {
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

async function revoke(id: string): Promise<Answer> {
  const revoked = await revokeApiKeyAsOperator(id, OPERATOR);
  if (!revoked.ok)
    throw new CommandError(
      revoked.error === "not_found"
        ? `There is no API key with the id ${id}.`
        : `The API key ${id} is revoked already.`,
    );
  return { data: { id, status: "revoked" }, text: `The API key ${id} is revoked: it is refused from now on.` };
}

function statusOf({ disabledAt, deletedAt }: Account): string {
  if (deletedAt) return `deleted on ${formatTime(deletedAt)}`;
  return disabledAt ? `disabled since ${formatTime(disabledAt)}` : "active";
}
