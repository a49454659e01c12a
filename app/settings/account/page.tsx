import type { Metadata } from "next";
import { DeleteAccount } from "#components/account/delete-account.tsx";
import { EmailForm } from "#components/account/email-form.tsx";
import { LeakGraceForm } from "#components/account/leak-grace-form.tsx";
import { NameForm } from "#components/account/name-form.tsx";
import { NoticesForm } from "#components/account/notices-form.tsx";
import { PasswordForm } from "#components/account/password-form.tsx";
import { EndOtherSessions, SessionList } from "#components/account/session-list.tsx";
import { SettingCard } from "#components/account/setting-card.tsx";
import { SignInMethods } from "#components/account/sign-in-methods.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { readEmailState } from "#lib/accounts/email-links.ts";
import { listSessions } from "#lib/accounts/sessions.ts";
import { findSignInMethods } from "#lib/accounts/sign-in-methods.ts";
import { withRequestId } from "#lib/auth/current-request.ts";
import { providerButtons } from "#lib/auth/providers.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { env } from "#lib/config/env.ts";
import { readLeakGrace } from "#lib/leaks/grace.ts";
import { readMutedNotices } from "#lib/mail/muted-notices.ts";

export const metadata: Metadata = { title: "Account" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default withRequestId(async function AccountPage({ searchParams }: Props) {
  const user = await requireUser();
  const { linked, error } = await searchParams;
  const [{ hasPassword, providers }, { sessions, more }, { sent }, muted, graced] = await Promise.all([
    findSignInMethods(user.userId),
    listSessions(user.userId),
    readEmailState(user.userId),
    readMutedNotices(user.userId),
    readLeakGrace(user.userId),
  ]);
  const pendingEmail = sent && sent.to !== user.email ? sent.to : undefined;
  const configured = providerButtons();
  // A linked provider that is no longer configured can't sign the user in, but can be unlinked.
  const gone = providers.filter((id) => !configured.some((provider) => provider.id === id));
  const methods = [...configured, ...gone.map((id) => ({ id, name: id }))].map((provider) => ({
    ...provider,
    linked: providers.includes(provider.id),
  }));
  return (
    <NowProvider now={new Date()}>
      <h1 className="font-semibold text-xl tracking-tight">Account</h1>
      <p className="mt-1 text-muted">Your name, how you sign in, and where you are signed in.</p>
      <div className="mt-6 flex flex-col gap-4">
        <SettingCard title="Profile" note="The menu at the top shows your name.">
          <NameForm name={user.name} />
        </SettingCard>
        <SettingCard title="Email" note="You sign in with it.">
          {hasPassword ? <EmailForm email={user.email} /> : <bdi className="break-words">{user.email}</bdi>}
          {pendingEmail && (
            <p className="mt-2 text-[0.8125rem] text-muted">
              To change it to <bdi className="break-words">{pendingEmail}</bdi>, open the link we sent there.
            </p>
          )}
        </SettingCard>
        {hasPassword && (
          <SettingCard title="Password" note="A change signs out every other session.">
            <PasswordForm />
          </SettingCard>
        )}
        {(methods.length > 0 || error) && (
          <SignInMethods
            methods={methods}
            hasPassword={hasPassword}
            emailsLinks={env().SMTP_URL !== undefined}
            came={{ linked, error }}
          />
        )}
        <SettingCard
          title="Active sessions"
          note="If you don't recognize a session, sign it out and change your password."
        >
          <SessionList sessions={sessions} current={user.sessionId} />
          {more && (
            <p className="mt-2 text-[0.8125rem] text-muted">
              These are the {sessions.length} latest sessions. To end older ones, sign out everywhere else.
            </p>
          )}
          {sessions.length > 1 && <EndOtherSessions />}
        </SettingCard>
        {env().SMTP_URL && (
          <SettingCard
            title="Notifications"
            note={
              <>
                Emails go to <bdi className="break-words">{user.email}</bdi>. You always get security notices, such as
                when your password changes.
              </>
            }
          >
            <NoticesForm muted={muted} />
          </SettingCard>
        )}
        {env().SMTP_URL && (
          <SettingCard title="Leaked keys" note="By default, a key that is reported as leaked is revoked immediately.">
            <LeakGraceForm graced={graced} />
          </SettingCard>
        )}
        <SettingCard title="Delete account" note="Permanently deletes your account and revokes all keys.">
          <DeleteAccount email={user.email} hasPassword={hasPassword} activityDays={env().ACTIVITY_DAYS} />
        </SettingCard>
      </div>
    </NowProvider>
  );
});
