import { KeyRound } from "lucide-react";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { SearchLink } from "#components/docs/search/search-link.tsx";
import { DocsNavigation } from "#components/frame/docs-navigation.tsx";
import { PhoneNavigation } from "#components/frame/phone-navigation.tsx";
import { THEME_COOKIE, themeOf } from "#components/frame/theme.ts";
import { TopBar } from "#components/frame/top-bar.tsx";
import { UserMenu } from "#components/frame/user-menu.tsx";
import { LANGUAGE_COOKIE, languageOf } from "#components/request-examples/language.ts";
import { LanguageProvider } from "#components/request-examples/use-language.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";
import { currentUser } from "#lib/auth/require-user.ts";
import { env } from "#lib/config/env.ts";

/** Public. Signed-in users keep their menu; others get a link to sign in. */
export default async function DocsLayout({ children }: { children: ReactNode }) {
  // The docs need no database.
  const user = await currentUser().catch(() => null);
  const stored = await cookies();
  const theme = themeOf(stored.get(THEME_COOKIE)?.value);
  const language = languageOf(stored.get(LANGUAGE_COOKIE)?.value);
  return (
    <>
      <TopBar
        sandbox={!env().ARK_API_KEY}
        aside={
          <>
            <SearchLink />
            <Link href="/settings/developer" className={buttonClass({ variant: "quiet", size: "small" })}>
              {user ? (
                <>
                  <KeyRound aria-hidden className="size-4" />
                  <span className="@max-3xs:sr-only">
                    <span className="max-sm:sr-only">Developer </span>Settings
                  </span>
                </>
              ) : (
                "Sign in"
              )}
            </Link>
            {user && (
              <span className="noscript:hidden">
                <UserMenu name={user.name} email={user.email} theme={theme} />
              </span>
            )}
          </>
        }
      >
        <PhoneNavigation>
          <DocsNavigation />
          {/* The header has no place for it on a phone with large text. */}
          <Link href="/docs/search" className="mt-2 block px-2.5 py-1.5 text-muted hover:text-ink">
            Search the docs
          </Link>
        </PhoneNavigation>
      </TopBar>
      <div className="mx-auto flex w-full max-w-7xl flex-1 gap-10 px-4 sm:px-6">
        <aside className="sticky top-14 hidden w-44 shrink-0 self-start pt-12 xl:block print:hidden">
          <DocsNavigation />
        </aside>
        <LanguageProvider language={language}>{children}</LanguageProvider>
      </div>
    </>
  );
}
