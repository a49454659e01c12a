import { inWords } from "#components/auth/wait.ts";
import { Notice } from "#components/ui/notice.tsx";
import { PendingSubmit } from "#components/ui/pending-submit.tsx";
import { resendEmailLinkAction } from "#lib/actions/account.ts";

type Props = {
  email: string;
  /** Minutes since the latest valid link was sent; undefined if there is none. */
  sentMinutesAgo: number | undefined;
  /** Seconds until another link can be sent. */
  waitSeconds: number;
  /** The user can't create, rotate or enable keys until the address is verified. */
  required: boolean;
};

/** Asks the user to verify an address. Loads only the code of its button. */
export function VerifyBanner({ email, sentMinutesAgo, waitSeconds, required }: Props) {
  return (
    <section aria-label="Verify your email address" className="mb-4">
      <Notice tone="warning">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <p role="status" className="min-w-0 flex-1 basis-72">
            {sentMinutesAgo === undefined ? "Verify " : "Open the link we sent to "}
            <bdi className="break-words font-medium">{email}</bdi>
            {sentMinutesAgo === undefined && " to get emails about your keys"}
            {sentMinutesAgo !== undefined && ` ${sentMinutesAgo < 2 ? "just now" : inMinutes(sentMinutesAgo)}`}.
            {required && " Until then, you can't create, rotate or enable API keys."}
            {waitSeconds > 0 && ` You can request another link ${inWords(waitSeconds)}.`}
          </p>
          <form action={resendEmailLinkAction}>
            <PendingSubmit size="small" aria-disabled={waitSeconds > 0}>
              {sentMinutesAgo === undefined ? "Send link" : "Resend"}
            </PendingSubmit>
          </form>
        </div>
      </Notice>
    </section>
  );
}

function inMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} minutes ago` : `${hours} ${hours === 1 ? "hour" : "hours"} ago`;
}
