import type { Metadata } from "next";
import { DeleteAccount } from "#components/account/delete-account.tsx";
import { EmailForm } from "#components/account/email-form.tsx";
import { NameForm } from "#components/account/name-form.tsx";
import { PasswordForm } from "#components/account/password-form.tsx";
import { EndOtherSessions, SessionList } from "#components/account/session-list.tsx";
import { SignInMethods } from "#components/account/sign-in-methods.tsx";
import { Section } from "#components/ui/section.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { listSessions } from "#lib/accounts/sessions.ts";
import { findSignInMethods } from "#lib/accounts/sign-in-methods.ts";
import { providerButtons } from "#lib/auth/providers.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { env } from "#lib/config/env.ts";

export const metadata: Metadata = { title: "Account" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AccountPage({ searchParams }: Props) {
  const user = await requireUser();
  const { linked, error } = await searchParams;
  const [{ hasPassword, providers }, { sessions, more }] = await Promise.all([
    findSignInMethods(user.userId),
    listSessions(user.userId),
  ]);
  const configured = providerButtons();
  // A linked provider that isn't configured any more signs nobody in, but can be unlinked.
  const gone = providers.filter((id) => !configured.some((provider) => provider.id === id));
  const methods = [...configured, ...gone.map((id) => ({ id, name: id }))].map((provider) => ({
    ...provider,
    linked: providers.includes(provider.id),
  }));
  return (
    <NowProvider now={new Date()}>
      <h1 className="font-semibold text-xl tracking-tight">Account</h1>
      <p className="mt-1 text-muted">{user.email}</p>
      <div className="max-w-md">
        <Section title="Profile">
          <NameForm name={user.name} />
        </Section>
        {hasPassword && (
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
      {(methods.length > 0 || error) && (
        <SignInMethods methods={methods} hasPassword={hasPassword} came={{ linked, error }} />
      )}
      <Section
        title="Signed-in browsers"
        note="A browser that you don't know is a reason to sign it out and to change your password."
        aside={sessions.length > 1 && <EndOtherSessions />}
      >
        <SessionList sessions={sessions} current={user.sessionId} />
        {more && (
          <p className="mt-2 text-[0.8125rem] text-muted">
            These are the {sessions.length} browsers that were seen last. To sign out the others, too, sign out
            everywhere else.
          </p>
        )}
      </Section>
      <Section title="Delete account" note="Ends your API keys and your access, for good.">
        <DeleteAccount email={user.email} hasPassword={hasPassword} activityDays={env().ACTIVITY_DAYS} />
      </Section>
    </NowProvider>
  );
}
