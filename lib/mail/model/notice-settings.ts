/** The notices that a user can switch off, in the order of the account page. */
export const NOTICES = {
  key_changes: { title: "Changes of keys", help: "A key was created, rotated or revoked." },
  expiry: { title: "Expiring keys", help: "A key expires in 30, 7 or 1 days, or has expired." },
  networks: { title: "New networks", help: "A key was used from a network that it was never used from before." },
  credits: { title: "Credits", help: "Credits fall to 20% of what you had when some were last added, or to 0." },
  quota: { title: "Billable requests", help: "80 or 100% of the month's billable requests are used." },
  spending_caps: { title: "Spending caps", help: "A key has spent its credits of the month." },
} as const satisfies Record<string, { title: string; help: string }>;

export type NoticeSetting = keyof typeof NOTICES;

export const NOTICE_SETTINGS = Object.keys(NOTICES) as NoticeSetting[];
