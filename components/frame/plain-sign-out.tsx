import { buttonClass } from "#components/ui/button.tsx";
import { signOutAction } from "#lib/actions/sign-in.ts";

/** Signs out without JavaScript, where the user menu doesn't open. */
export function PlainSignOut() {
  return (
    <form action={signOutAction} className="noscript:block hidden">
      <button type="submit" className={buttonClass({ variant: "quiet" })}>
        Sign out
      </button>
    </form>
  );
}
