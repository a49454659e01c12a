import { template } from "#lib/mail/letter.ts";
import { linkToken } from "#lib/mail/link-token.ts";

const NOT_YOU = "If this wasn't you, reset your password now and sign out everywhere else.";
const ACCOUNT = { label: "Review your account", path: "/settings/account" };

/** Leaves out the user's name, because anyone can sign up with any name and any address. */
export const verifyEmail = template<{ seed: string }>({
  isSecurity: true,
  goodForHours: 24,
  toUnverified: true,
  write: ({ seed }) => ({
    subject: "Verify your email address",
    paragraphs: [
      "Open this link to verify your email address. It works once and expires in 24 hours.",
      "If you didn't ask for this, you can ignore this email.",
    ],
    link: { label: "Verify email address", path: `/verify-email#${linkToken(seed)}` },
  }),
});

export const resetPassword = template<{ seed: string }>({
  isSecurity: true,
  goodForHours: 1,
  toUnverified: true,
  write: ({ seed }) => ({
    subject: "Reset your password",
    paragraphs: [
      "Open this link to choose a new password. It works once and expires in an hour.",
      "Choosing a new password signs you out everywhere.",
      "If you didn't ask for this, you can ignore this email. Your password won't change.",
    ],
    link: { label: "Choose a new password", path: `/password-link#${linkToken(seed)}` },
  }),
});

export const passwordChanged = template<{ sessionsEnded: number }>({
  isSecurity: true,
  write: ({ sessionsEnded }) => ({
    subject: "Your password was changed",
    paragraphs: [
      "The password for your account was changed.",
      ...(sessionsEnded > 0
        ? [`${sessionsEnded === 1 ? "1 session was" : `${sessionsEnded} sessions were`} signed out.`]
        : []),
      NOT_YOU,
    ],
    link: ACCOUNT,
  }),
});

/** Goes to the former address. */
export const emailChanged = template<{ to: string }>({
  isSecurity: true,
  write: ({ to }) => ({
    subject: "Your email address was changed",
    paragraphs: [
      `Your account now uses the email address ${to}. You can no longer sign in with this one.`,
      "If this wasn't you, contact the operator of this service.",
    ],
    link: ACCOUNT,
  }),
});
