import type { LinkProblem } from "#lib/accounts/linked-providers.ts";
import type { ProviderProblem } from "#lib/accounts/provider-sign-in.ts";

const PROBLEMS: Record<ProviderProblem | LinkProblem | "oauth_state_lost", string> = {
  no_email: "The provider didn't tell us a verified email address. Verify one there, or sign in another way.",
  email_taken:
    "There is an account with this email address already. Sign in the way you did before: with its password, or the provider it was created with.",
  sign_up_closed: "There is no account for you yet, and new ones can't be created here at the moment.",
  disabled: "This account is disabled. Ask whoever runs this server.",
  throttled: "Many accounts were created from your network. Try again in a few minutes.",
  oauth_state_lost:
    "Nothing was changed. Signing in at the provider took longer than 10 minutes, or was started in another browser. Try again.",
  session_over: "Nothing was linked: you have signed out or in again since you began. Try again.",
  identity_taken: "Nothing was linked: whoever you were at the provider signs in to another account here.",
  provider_linked: "Nothing was linked: your account has another identity of this provider. Unlink that one first.",
};

/** The words for the `error` in a page's address: ours, or one of next-auth's, which say little to a person. */
export function providerProblem(error: string): string {
  if (Object.hasOwn(PROBLEMS, error)) return PROBLEMS[error as keyof typeof PROBLEMS];
  return "The way through the provider didn't work, and nothing was changed. Try again.";
}
