import type { NextAuthConfig } from "next-auth";
import GitHub from "next-auth/providers/github";
import Google from "next-auth/providers/google";
import { env } from "#lib/config/env.ts";

type ProviderButton = { id: string; name: string };

/** Returns the configured providers, in the order of their buttons. */
export function providerButtons(): ProviderButton[] {
  const { GITHUB_ID, GOOGLE_ID, OIDC_ID, OIDC_NAME } = env();
  return [
    ...(GOOGLE_ID ? [{ id: "google", name: "Google" }] : []),
    ...(GITHUB_ID ? [{ id: "github", name: "GitHub" }] : []),
    ...(OIDC_ID ? [{ id: "oidc", name: OIDC_NAME }] : []),
  ];
}

export function oauthProviders(): NextAuthConfig["providers"] {
  const { GITHUB_ID, GITHUB_SECRET, GOOGLE_ID, GOOGLE_SECRET, OIDC_ISSUER, OIDC_ID, OIDC_SECRET, OIDC_NAME } = env();
  const providers: NextAuthConfig["providers"] = [];
  // Each redirect is recognized by its state, which next-auth leaves out if it has PKCE.
  const checks: ("pkce" | "state")[] = ["pkce", "state"];
  if (GOOGLE_ID) providers.push(Google({ clientId: GOOGLE_ID, clientSecret: GOOGLE_SECRET, checks }));
  if (GITHUB_ID)
    providers.push(
      GitHub({ clientId: GITHUB_ID, clientSecret: GITHUB_SECRET, checks, userinfo: { request: readGitHubProfile } }),
    );
  if (OIDC_ID)
    providers.push({
      id: "oidc",
      name: OIDC_NAME,
      type: "oidc",
      issuer: OIDC_ISSUER,
      clientId: OIDC_ID,
      clientSecret: OIDC_SECRET,
      // OpenID Connect puts the address at the user info endpoint; the token may lack it.
      idToken: false,
      checks: [...checks, "nonce"],
    });
  return providers;
}

/**
 * Reads the verified primary address. next-auth's own reader takes the public one, verified or not.
 */
export async function readGitHubProfile(
  { tokens }: { tokens: { access_token?: string } },
  api = "https://api.github.com",
) {
  const read = async (path: string) => {
    const answer = await fetch(`${api}${path}`, {
      headers: { authorization: `Bearer ${tokens.access_token}`, "user-agent": "goodtake" },
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`GitHub answered ${answer.status} for ${path}`);
    return answer.json();
  };
  const [profile, emails] = await Promise.all([read("/user"), read("/user/emails")]);
  const primary = emails.find((entry: { primary?: boolean; verified?: boolean }) => entry.primary && entry.verified);
  return { ...profile, email: primary?.email ?? null, email_verified: Boolean(primary) };
}
