import type { Metadata } from "next";
import { EmailForm } from "#components/account/email-form.tsx";
import { NameForm } from "#components/account/name-form.tsx";
import { PasswordForm } from "#components/account/password-form.tsx";
import { EndOtherSessions, SessionList } from "#components/account/session-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { listSessions } from "#lib/accounts/sessions.ts";
import { findWaysIn } from "#lib/accounts/ways-in.ts";
import { providerButtons } from "#lib/auth/providers.ts";
import { requireUser } from "#lib/auth/require-user.ts";

export const metadata: Metadata = { title: "Account" };

export default async function AccountPage() {
  const user = await requireUser();
  const [ways, sessions] = await Promise.all([findWaysIn(user.id), listSessions(user.id)]);
  const names = new Map(providerButtons().map(({ id, name }) => [id, name]));
  const linked = ways.providers.map((id) => names.get(id) ?? id);
  return (
    <NowProvider now={new Date()}>
      <h1 className="font-semibold text-xl tracking-tight">Account</h1>
      <p className="mt-1 text-muted">
        {user.email}
        {linked.length > 0 && ` · signs in with ${linked.join(", ")}`}
      </p>
      <div className="max-w-md">
        <Section title="Profile">
          <NameForm name={user.name} />
        </Section>
        {ways.hasPassword && (
          <>
            <Section title="Email" note="The address you sign in with.">
              <EmailForm email={user.email} />
            </Section>
            <Section title="Password">
              <PasswordForm />
            </Section>
          </>
        )}
      </div>
      <Section
        title="Signed-in browsers"
        note="A browser that you don't know is a reason to sign it out and to change your password."
        aside={sessions.length > 1 && <EndOtherSessions />}
      >
        <SessionList sessions={sessions} current={user.sessionId} />
      </Section>
    </NowProvider>
  );
}
