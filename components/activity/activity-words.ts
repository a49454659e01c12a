import { restrictionChange } from "#components/api-keys/restrictions/restriction-change.ts";
import { formatNumber } from "#components/ui/number.ts";
import type { Action, Details } from "#lib/activity/record.ts";
import { restrictionSummary } from "#lib/api-keys/model/restriction-summary.ts";
import { restrictionColumns } from "#lib/api-keys/model/restrictions.ts";

type Read<A extends Action> = Partial<Details[A]>;
type Words = { [A in Action]: readonly [title: string, detail: (details: Read<A>) => string | undefined] };

const METHODS: Record<string, string> = {
  password: "Password",
  password_link: "Password link",
  google: "Google",
  github: "GitHub",
  oidc: "OpenID Connect",
};
const method = (name = "") => METHODS[name] ?? name;
const change = ({ from, to }: Read<"api_key.renamed">) => from && to && `${from} → ${to}`;
const keyName = ({ name }: { name?: string }) => name;
const minute = (at: string | null) => (at ? `${at.slice(0, 10)} ${at.slice(11, 16)} UTC` : "never");
const expiryChange = ({ name, from, to }: Read<"api_key.expiry_changed">) =>
  from === undefined || to === undefined ? name : `${name}: ${minute(from)} → ${minute(to)}`;
const restrictionsChange = ({ name, from, to }: Read<"api_key.restrictions_changed">) =>
  from && to ? `${name}: ${restrictionChange(from, to)}` : name;
const created = ({ name, decoy, restrictions }: Read<"api_key.created">) => {
  if (decoy) return `${name} (decoy)`;
  return restrictions ? `${name}: ${restrictionSummary(restrictionColumns(restrictions))}` : name;
};
const count = (number: number | undefined, noun: string) =>
  number === undefined ? undefined : `${formatNumber(number)} ${noun}${number === 1 ? "" : "s"}`;

/** The title of each action, and what its record says beside it. */
export const ACTION_WORDS: Words = {
  "account.created": ["Account created", ({ tier }) => tier && `Tier ${tier}`],
  "account.signed_in": ["Signed in", (details) => method(details.with)],
  "account.signed_out": ["Signed out", () => "1 browser"],
  "account.password_link_created": ["Password link created", () => "Valid once, for 1 hour"],
  "account.password_changed": ["Password changed", ({ by }) => method(by)],
  "account.renamed": ["Name changed", change],
  "account.email_changed": ["Email changed", change],
  "account.email_verified": ["Email verified", ({ email }) => email],
  "account.leak_grace_changed": [
    "Leaked keys setting changed",
    ({ hours }) => (hours ? `Production keys are revoked after ${hours} hours` : "Keys are revoked immediately"),
  ],
  "account.sessions_ended": ["Signed out everywhere", ({ sessions }) => count(sessions, "browser")],
  "account.tier_changed": ["Tier changed", change],
  "account.credits_granted": ["Credits granted", ({ credits }) => count(credits, "credit")],
  "account.disabled": ["Account disabled", () => "Sign-in and API keys are rejected"],
  "account.enabled": ["Account enabled", () => "Sign-in and API keys are accepted again"],
  "account.provider_linked": ["Sign-in method linked", ({ provider }) => method(provider)],
  "account.provider_unlinked": ["Sign-in method unlinked", ({ provider }) => method(provider)],
  "account.deleted": ["Account deleted", ({ keys }) => count(keys, "API key")],
  "api_key.created": ["Key created", created],
  "api_key.renamed": ["Key renamed", change],
  "api_key.note_changed": ["Note changed", keyName],
  "api_key.rotated": ["Key rotated", keyName],
  "api_key.overlap_extended": ["Old key extended", keyName],
  "api_key.overlap_ends": ["New key in use: the old one ends soon", keyName],
  "api_key.expiry_changed": ["Key expiry changed", expiryChange],
  "api_key.restrictions_changed": ["Key permissions changed", restrictionsChange],
  "api_key.disabled": ["Key disabled", keyName],
  "api_key.enabled": ["Key enabled", keyName],
  "api_key.revoked": ["Key revoked", keyName],
  "api_key.decoy_used": ["Decoy key used", keyName],
  "api_key.leaked": ["Key reported as leaked", keyName],
  "api_key.deleted": ["Key deleted", keyName],
  "api_key.restored": ["Key restored to the list", keyName],
};

/** Returns the title of an action. An action that only a newer version knows is its own title. */
export function activityWords(action: Action): string {
  return ACTION_WORDS[action]?.[0] ?? action;
}

/** Returns the key's name, the old and new value, or the method; empty if the record lacks them. */
export function activityDetail<A extends Action>({ action, details }: { action: A; details: Read<A> }): string {
  return ACTION_WORDS[action]?.[1](details) ?? "";
}

export const ACTOR_WORDS = { user: "You", operator: "The operator", system: "GoodTake" } as const;
