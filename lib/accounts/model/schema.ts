import { z } from "zod";
import { EMAIL_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN } from "#lib/accounts/model/limits.ts";
import { isLegible, isVisible } from "#lib/text/legible.ts";

export const userName = z
  .string("Enter your name.")
  .transform((name) => name.normalize("NFC").trim())
  .pipe(
    z
      .string()
      .min(1, "Enter your name.")
      .refine((name) => [...name].length <= NAME_MAX, `A name has at most ${NAME_MAX} characters.`)
      .refine(isLegible, "A name can't contain control, text-direction or invisible characters."),
  );

/**
 * Parses an address to the form in which addresses are stored and compared. An account may have one
 * that {@link newEmailAddress} no longer accepts.
 */
export const emailAddress = z
  .string("Enter your email address.")
  .transform((email) => email.normalize("NFC").trim().toLowerCase())
  .pipe(
    z
      .string()
      .min(1, "Enter your email address.")
      .max(EMAIL_MAX, "This email address is too long.")
      .regex(/^[^\s@]+@[^\s@]+$/u, "Enter an email address such as ada@example.com.")
      .refine(isLegible, "Enter an email address such as ada@example.com."),
  );

/**
 * Parses an address that an account may get: none that looks like another, and none of the domain
 * `invalid` (RFC 6761), which anonymized accounts have.
 */
export const newEmailAddress = emailAddress
  .refine(isVisible, "An email address can't contain invisible characters.")
  .refine((email) => !/[@.]invalid\.?$/.test(email), "Enter an email address that exists.");

/** Counts code points of the NFC form, without rules of composition (NIST SP 800-63B-4). */
export const newPassword = z
  .string("Choose a password.")
  .refine((password) => passwordLength(password) >= PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`)
  .refine((password) => passwordLength(password) <= PASSWORD_MAX, `Use at most ${PASSWORD_MAX} characters.`);

export const signUpInput = z.object({ name: userName, email: newEmailAddress, password: newPassword });
export type SignUpInput = z.output<typeof signUpInput>;

export const signInInput = z.object({
  email: emailAddress,
  password: z.string("Enter your password.").min(1, "Enter your password."),
});
export type SignInInput = z.output<typeof signInInput>;

export const renameAccountInput = z.object({ name: userName });
export const changeEmailInput = signInInput.extend({ email: newEmailAddress });

const linkToken = z
  .string("Paste the link or code you received.")
  .trim()
  .min(1, "Paste the link or code you received.")
  // A user without JavaScript may paste the whole link.
  .transform((text) => text.slice(text.lastIndexOf("#") + 1))
  .pipe(z.string().regex(/^[\w-]{43}$/, "This code is incomplete. Paste everything after the # in your link."));

export const forgotPasswordInput = z.object({ email: emailAddress });
export const emailLinkInput = z.object({ token: linkToken });
export const redeemInput = z.object({
  token: linkToken,
  password: newPassword,
  /** What happens to the account's active keys, if it has any. */
  keys: z.enum(["keep", "revoke"]).optional().catch(undefined),
  /** The fingerprint of the active keys that the form showed. */
  seen: z.string().optional().catch(undefined),
});
export type RedeemInput = z.output<typeof redeemInput>;

export const changePasswordInput = z.object({
  current: z.string("Enter your password.").min(1, "Enter your password."),
  next: newPassword,
});

/** Optional here: the domain knows whether the account has a password. */
const askedPassword = z.string().catch("");

const providerId = z
  .string()
  .regex(/^[a-z]{1,20}$/)
  .catch("");
export const signInMethodInput = z.object({ provider: providerId, password: askedPassword });
export const endSessionsInput = z.object({ id: z.union([z.literal("others"), z.uuid()]) });
export const deleteAccountInput = z.object({ password: askedPassword, email: z.string().catch("") });

function passwordLength(password: string): number {
  return [...password.normalize("NFC")].length;
}
