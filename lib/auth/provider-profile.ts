import { z } from "zod";

const claims = z.object({
  name: z.string().nullish(),
  preferred_username: z.string().nullish(),
  login: z.string().nullish(),
  email: z.string().nullish(),
  /** Some servers send the word. */
  email_verified: z.union([z.boolean(), z.stringbool()]).nullish(),
});

/**
 * What a provider says of a person. An address that it calls unverified doesn't count: anybody could put another's into a
 * profile and so keep its owner out. Some company servers leave the claim out; theirs counts.
 */
export function readProfile(profile: unknown): { name: string; email: string | null } {
  const parsed = claims.safeParse(profile);
  if (!parsed.success) return { name: "", email: null };
  const { name, preferred_username, login, email, email_verified } = parsed.data;
  return { name: name || preferred_username || login || "", email: email_verified === false ? null : email || null };
}
