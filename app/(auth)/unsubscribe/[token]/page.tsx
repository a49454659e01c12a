import type { Metadata } from "next";
import { AuthCard } from "#components/auth/auth-card.tsx";
import { UnsubscribeForm } from "#components/auth/unsubscribe-form.tsx";
import { Link } from "#components/ui/link.tsx";
import { NOTICES } from "#lib/mail/model/notice-settings.ts";
import { readUnsubscribeToken } from "#lib/mail/unsubscribe-token.ts";

export const metadata: Metadata = { title: "Unsubscribe" };

type Props = { params: Promise<{ token: string }> };

/** Only shows a button: programs that check links in mails open each of them. */
export default async function UnsubscribePage({ params }: Props) {
  const { token } = await params;
  const read = readUnsubscribeToken(token);
  return (
    <AuthCard
      title="Unsubscribe"
      text={
        read
          ? `You won't get mails about this any more: ${NOTICES[read.setting].title}.`
          : "This link isn't complete. Open it again from the mail, or change your notifications in your account."
      }
      footer={
        <Link href="/settings/account" className="font-medium text-accent-ink underline underline-offset-4">
          Your notifications
        </Link>
      }
    >
      {read && <UnsubscribeForm token={token} />}
    </AuthCard>
  );
}
