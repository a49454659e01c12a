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

const PROVIDERS: Record<string, string> = { google: "Google", github: "GitHub" };

export const signInMethodChanged = template<{ provider: string; change: "linked" | "unlinked" }>({
  isSecurity: true,
  write: ({ provider, change }) => {
    const name = PROVIDERS[provider] ?? "single sign-on";
    return {
      subject: `Sign-in method ${change}`,
      paragraphs: [
        change === "linked"
          ? `You can now also sign in to your account with ${name}.`
          : `You can no longer sign in to your account with ${name}.`,
        "If this wasn't you, change your password, sign out everywhere else and review your sign-in methods.",
      ],
      link: { label: "Review your sign-in methods", path: "/settings/account" },
    };
  },
});
