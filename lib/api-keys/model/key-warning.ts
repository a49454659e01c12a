/** Warnings about active keys, the most urgent first. */
export const WARNINGS = [
  "expiring",
  "dropped_permission",
  "beyond_lifetime",
  "never_used",
  "idle",
  "many_networks",
  "idle_full_access",
  "unlimited",
  "old",
  "no_expiry",
] as const;
export type WarningKind = (typeof WARNINGS)[number];

/** The most warnings shown, because nobody reads a longer list. */
export const WARNINGS_SHOWN_MAX = 3;
