import type { Rejection } from "#lib/usage/read.ts";

type Known = Pick<Rejection, "cause" | "createdAt" | "keyExpiresAt" | "keyRevokedAt" | "keyDeletedAt">;

/** Describes the exact cause of a rejection. */
export function rejectionWords({ cause, createdAt, keyExpiresAt, keyRevokedAt, keyDeletedAt }: Known): string {
  switch (cause) {
    case "expired":
      return `The key had expired${before(keyExpiresAt, createdAt)}.`;
    case "revoked":
      return `The key had been revoked${before(keyRevokedAt, createdAt)}.`;
    case "disabled":
      return "The key was disabled.";
    case "deleted":
      return `The key had been deleted${before(keyDeletedAt, createdAt)}.`;
    case "owner_disabled":
      return "The account was disabled.";
    case "rate_limited":
      return "It was one request too many for the minute.";
    case "no_credits":
      return "There were not enough credits left.";
    case "quota_exceeded":
      return "The month's requests were used up.";
    // Older versions recorded both causes as one.
    case "forbidden":
      return "Credits or the month's requests were used up.";
    default:
      return "The request was rejected.";
  }
}

const STEPS: [unit: string, seconds: number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function before(then: Date | null, at: Date): string {
  if (!then) return "";
  const seconds = (at.getTime() - then.getTime()) / 1_000;
  for (const [unit, length] of STEPS) {
    const count = Math.floor(seconds / length);
    if (count > 0) return ` ${count} ${unit}${count === 1 ? "" : "s"} before`;
  }
  return " less than a minute before";
}
