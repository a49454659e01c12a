import type { ProviderProblem } from "#lib/accounts/provider-sign-in.ts";

const PROBLEMS: Record<ProviderProblem, string> = {
  no_email: "The provider didn't tell us a verified email address. Verify one there, or sign in another way.",
  email_taken:
    "There is an account with this email address already. Sign in the way you did before: with its password, or the provider it was created with.",
  sign_up_closed: "There is no account for you yet, and new ones can't be created here at the moment.",
  disabled: "This account is disabled. Ask whoever runs this server.",
  throttled: "Many accounts were created from your network. Try again in a few minutes.",
};

/** The words for the `error` of the sign-in page's address: ours, or one of next-auth's, which say little to a person. */
export function providerProblem(error: string): string {
  if (Object.hasOwn(PROBLEMS, error)) return PROBLEMS[error as ProviderProblem];
  return "Signing in through the provider didn't work. Try again, or sign in another way.";
}
