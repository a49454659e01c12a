import type { Metadata } from "next";
import { AuthCard } from "#components/auth/auth-card.tsx";
import { UnsubscribeForm } from "#components/auth/unsubscribe-form.tsx";
import { Link } from "#components/ui/link.tsx";
import { NOTICES } from "#lib/mail/model/notice-settings.ts";
import { readUnsubscribeToken } from "#lib/mail/unsubscribe-token.ts";

export const metadata: Metadata = { title: "Unsubscribe" };

type Props = { params: Promise<{ token: string }> };

/** Only shows a button, because programs that scan emails open every link. */
export default async function UnsubscribePage({ params }: Props) {
  const { token } = await params;
  const read = readUnsubscribeToken(token);
  return (
    <AuthCard
      title="Unsubscribe"
      text={
        read
          ? `Stop getting emails of this kind: ${NOTICES[read.setting].title}.`
          : "This link is incomplete. Open it again from the email, or change your notifications on your account page."
      }
      footer={
        <Link href="/settings/account" className="font-medium text-accent-ink underline underline-offset-4">
          Manage notifications
        </Link>
      }
    >
      {read && <UnsubscribeForm token={token} />}
    </AuthCard>
  );
}
