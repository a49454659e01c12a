import type { ActivityRecord } from "#lib/activity/read.ts";
import type { Action } from "#lib/activity/record.ts";

const WORDS: Record<Action, string> = {
  "account.created": "Account created",
  "account.signed_in": "Signed in",
  "account.signed_out": "Signed out",
  "account.password_link_created": "Password link made",
  "account.password_changed": "Password changed",
  "account.renamed": "Name changed",
  "account.email_changed": "Email changed",
  "account.sessions_ended": "Signed out everywhere",
  "account.tier_changed": "Tier changed",
  "account.credits_granted": "Credits granted",
  "account.disabled": "Account disabled",
  "account.enabled": "Account enabled",
  "account.provider_linked": "Way to sign in linked",
  "account.provider_unlinked": "Way to sign in unlinked",
  "account.deleted": "Account deleted",
  "api_key.created": "Key created",
  "api_key.renamed": "Key renamed",
  "api_key.rotated": "Key rotated",
  "api_key.overlap_extended": "Old key extended",
  "api_key.overlap_ends": "New key in use: the old one ends soon",
  "api_key.revoked": "Key revoked",
  "api_key.deleted": "Key deleted",
};

export function activityWords(action: Action): string {
  return WORDS[action];
}

/** What stands beside it: the key's name, from what to what. */
export function activityDetail({ action, details }: Pick<ActivityRecord, "action" | "details">): string {
  const { name, from, to, credits, sessions, method, provider } = details;
  if (from && to) return `${from} → ${to}`;
  if (action === "account.credits_granted") return `${credits} credits`;
  if (action === "account.sessions_ended") return `${sessions} ${sessions === 1 ? "browser" : "browsers"}`;
  return String(name ?? method ?? provider ?? "");
}

export const ACTOR_WORDS = { user: "You", operator: "The operator", system: "GoodTake" } as const;
