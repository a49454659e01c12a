/** Warnings about active keys, the most urgent first. */
export const WARNINGS = ["expiring", "never_used", "idle", "many_networks", "old", "no_expiry"] as const;
export type WarningKind = (typeof WARNINGS)[number];
