import { inWords } from "#components/auth/wait.ts";
import { Notice } from "#components/ui/notice.tsx";
import { PendingSubmit } from "#components/ui/pending-submit.tsx";
import { resendEmailLinkAction } from "#lib/actions/account.ts";

type Props = {
  email: string;
  /** Minutes since a link was sent that is still good. */
  sentMinutesAgo: number | undefined;
  /** Until another one can be sent. */
  waitSeconds: number;
  /** Keys can't be created, rotated or enabled before. */
  required: boolean;
};

/** Asks for the verification of an address. Of its code only the button is loaded. */
export function VerifyBanner({ email, sentMinutesAgo, waitSeconds, required }: Props) {
  return (
    <section aria-label="Verify your email address" className="mb-4">
      <Notice tone="warning">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <p role="status" className="min-w-0 flex-1 basis-72">
            {sentMinutesAgo === undefined ? "Verify " : "Open the link that we sent to "}
            <bdi className="break-words font-medium">{email}</bdi>
            {sentMinutesAgo === undefined && " to get mails about your keys"}
            {sentMinutesAgo !== undefined && ` ${sentMinutesAgo < 2 ? "just now" : inMinutes(sentMinutesAgo)}`}.
            {required && " Until then you can't create, rotate or enable API keys."}
            {waitSeconds > 0 && ` Another link can be sent ${inWords(waitSeconds)}.`}
          </p>
          {waitSeconds === 0 && (
            <form action={resendEmailLinkAction}>
              <PendingSubmit size="small">{sentMinutesAgo === undefined ? "Send link" : "Resend"}</PendingSubmit>
            </form>
          )}
        </div>
      </Notice>
    </section>
  );
}

function inMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} minutes ago` : `${hours} ${hours === 1 ? "hour" : "hours"} ago`;
}
