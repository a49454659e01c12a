import { template } from "#lib/mail/letter.ts";
import { linkToken } from "#lib/mail/link-token.ts";

const NOT_YOU = "If this wasn't you, choose a new password now and sign out every session.";
const ACCOUNT = { label: "Review your account", path: "/settings/account" };

/** The names of those who sign up aren't in it: anyone can make it go to any address. */
export const verifyEmail = template<{ seed: string }>({
  isSecurity: true,
  goodForHours: 24,
  toUnverified: true,
  write: ({ seed }) => ({
    subject: "Verify your email address",
    paragraphs: [
      "Open this link to verify that you receive mail at this address. It works once, for 24 hours.",
      "If you didn't ask for it, ignore this mail. Nothing happens then.",
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
      "Open this link to choose a new password. It works once, for an hour, and signs you out everywhere.",
      "If you didn't ask for it, ignore this mail. Your password stays as it is.",
    ],
    link: { label: "Choose a new password", path: `/password-link#${linkToken(seed)}` },
  }),
});

export const passwordChanged = template<{ sessionsEnded: number }>({
  isSecurity: true,
  write: ({ sessionsEnded }) => ({
    subject: "Your password was changed",
    paragraphs: [
      "The password of your account was changed.",
      ...(sessionsEnded > 0 ? [`Signed out: ${sessionsEnded === 1 ? "1 session" : `${sessionsEnded} sessions`}.`] : []),
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
      `Your account now uses the email address ${to}. You can't sign in with this one any more.`,
      "If this wasn't you, contact the operator of this service.",
    ],
    link: ACCOUNT,
  }),
});
