/** The notices that a user can turn off, in the order of the account page. */
export const NOTICES = {
  key_changes: { title: "Key changes", help: "A key was created, rotated or revoked." },
  expiry: { title: "Expiring keys", help: "A key expires in 30 days, 7 days or 1 day, or has expired." },
  networks: { title: "New networks", help: "A key was used from a network for the first time." },
  credits: {
    title: "Credits",
    help: "Your credits fall to 0, or to 20% of your balance after credits were last added.",
  },
  quota: { title: "Billable requests", help: "You've used 80% or 100% of this month's billable requests." },
  spending_caps: { title: "Spending caps", help: "A key has spent its credits for the month." },
} as const satisfies Record<string, { title: string; help: string }>;

export type NoticeSetting = keyof typeof NOTICES;

export const NOTICE_SETTINGS = Object.keys(NOTICES) as NoticeSetting[];
