import type { UsageSummary } from "#lib/api-keys/bulk.ts";

export type BulkChange = "revoke" | "disable" | "enable" | "delete";

/** Returns how many of the keys a change is about. The others are skipped. */
export function changedKeys(kind: BulkChange, { keys, active, disabled }: UsageSummary): number {
  return { revoke: active + disabled, disable: active, enable: disabled, delete: keys }[kind];
}
