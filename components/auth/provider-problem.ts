import type { LinkProblem } from "#lib/accounts/linked-providers.ts";
import type { ProviderProblem } from "#lib/accounts/provider-sign-in.ts";

const PROBLEMS: Record<ProviderProblem | LinkProblem | "oauth_state_lost", string> = {
  no_email: "The provider sent no verified email address. Verify your address there, or sign in another way.",
  email_taken:
    "There is an account with this email address already. Sign in the way you did before: with its password, or the provider it was created with.",
  sign_up_closed: "You have no account yet, and sign-up is closed.",
  disabled: "This account is disabled. Ask the operator of this server.",
  throttled: "Many accounts were created from your network. Try again in a few minutes.",
  oauth_state_lost:
    "Nothing was changed, because signing in at the provider took longer than 10 minutes or began in another browser. Try again.",
  session_over: "Nothing was linked, because your session has changed since you started. Try again.",
  identity_taken: "Nothing was linked, because this identity belongs to another account.",
  provider_linked: "Nothing was linked, because another identity of this provider is linked. Unlink that one first.",
};

/**
 * Explains the `error` in a page's URL: one of ours, or one of next-auth's, which all get the same
 * words.
 */
export function providerProblem(error: string): string {
  if (Object.hasOwn(PROBLEMS, error)) return PROBLEMS[error as keyof typeof PROBLEMS];
  return "Signing in with the provider failed. Nothing was changed. Try again.";
}
