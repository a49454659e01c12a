import { browserName } from "#lib/accounts/model/browser-name.ts";
import { template } from "#lib/mail/letter.ts";

export const newBrowser = template<{ userAgent: string; address: string }>({
  isSecurity: true,
  write: ({ userAgent, address }) => ({
    subject: "New sign-in to your account",
    paragraphs: [
      `Someone signed in to your account from a new browser: ${browserName(userAgent)}${address && `, from ${address}`}.`,
      "If this was you, you don't need to do anything. If it wasn't, change your password, which signs out every other session.",
    ],
    link: { label: "Review your sessions", path: "/settings/account" },
  }),
});
