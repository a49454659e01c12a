import { z } from "zod";

const claims = z.object({
  name: z.string().nullish(),
  preferred_username: z.string().nullish(),
  login: z.string().nullish(),
  email: z.string().nullish(),
  /** Some servers send a string. */
  email_verified: z.union([z.boolean(), z.stringbool()]).nullish(),
});

/**
 * Reads the name and address in a provider's profile. Ignores an address that the provider calls
 * unverified: anyone could put another user's address into a profile, and so keep that user from
 * signing up. Accepts one without the claim, which some company servers leave out.
 */
export function readProfile(profile: unknown): { name: string; email: string | null; isVerified: boolean } {
  const parsed = claims.safeParse(profile);
  if (!parsed.success) return { name: "", email: null, isVerified: false };
  const { name, preferred_username, login, email, email_verified } = parsed.data;
  return {
    name: name || preferred_username || login || "",
    email: email_verified === false ? null : email || null,
    isVerified: email_verified === true,
  };
}
