import { template } from "#lib/mail/letter.ts";

const NOT_YOU = "If this wasn't you, choose a new password now and sign out every session.";
const ACCOUNT = { label: "Review your account", path: "/settings/account" };

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
