import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { VerifyBanner } from "#components/account/verify-banner.tsx";
import { DocsLink } from "#components/frame/docs-link.tsx";
import { NewVersionNotice } from "#components/frame/new-version-notice.tsx";
import { PhoneNavigation } from "#components/frame/phone-navigation.tsx";
import { PlainSignOut } from "#components/frame/plain-sign-out.tsx";
import { SettingsNavigation } from "#components/frame/settings-navigation.tsx";
import { Shortcuts } from "#components/frame/shortcuts.tsx";
import { THEME_COOKIE, themeOf } from "#components/frame/theme.ts";
import { TopBar } from "#components/frame/top-bar.tsx";
import { UserMenu } from "#components/frame/user-menu.tsx";
import { readEmailState } from "#lib/accounts/email-links.ts";
import type { SessionUser } from "#lib/accounts/sessions.ts";
import { requestedPath } from "#lib/auth/current-request.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { env } from "#lib/config/env.ts";

/** Asks the user to verify the account's address, if it isn't verified and the server sends email. */
async function EmailNotice({ user }: { user: SessionUser }) {
  const { SMTP_URL, REQUIRE_VERIFIED_EMAIL } = env();
  if (!SMTP_URL || user.isVerified) return null;
  const state = await readEmailState(user.userId).catch(() => null);
  if (!state) return null;
  const { email, sent, waitSeconds } = state;
  return (
    <VerifyBanner
      email={sent?.to ?? email}
      sentMinutesAgo={sent && Math.floor((Date.now() - sent.at.getTime()) / 60_000)}
      waitSeconds={waitSeconds}
      required={REQUIRE_VERIFIED_EMAIL}
    />
  );
}

/** Frames the settings. Each page calls `requireUser` itself, because a layout is no gate. */
export default async function SettingsLayout({ children }: { children: ReactNode }) {
  // Each page shows the error of its own read; the frame stays.
  const user = await currentUser().catch(() => null);
  const theme = themeOf((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <>
      <TopBar
        sandbox={!env().ARK_API_KEY}
        aside={
          <>
            <DocsLink />
            {user && (
              <>
                <span className="noscript:hidden">
                  <UserMenu name={user.name} email={user.email} theme={theme} />
                </span>
                <PlainSignOut />
              </>
            )}
          </>
        }
      >
        <PhoneNavigation>
          <SettingsNavigation />
        </PhoneNavigation>
      </TopBar>
      <div className="mx-auto flex w-full max-w-7xl flex-1 gap-10 px-4 sm:px-6">
        <aside className="sticky top-14 hidden w-48 shrink-0 self-start pt-9 xl:block print:hidden">
          <SettingsNavigation />
        </aside>
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 pt-6 pb-20 outline-none sm:pt-9">
          <div className="mb-4 empty:hidden">
            <NewVersionNotice path={requestedPath()} />
          </div>
          {user && <EmailNotice user={user} />}
          {children}
        </main>
      </div>
      {user && <Shortcuts />}
    </>
  );
}
