import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies, headers } from "next/headers";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { NOTE_EARLY_PRESSES } from "#components/frame/note-early-presses.ts";
import { Providers } from "#components/frame/providers.tsx";
import { THEME_COOKIE, themeOf } from "#components/frame/theme.ts";
import "@fontsource-variable/geist-mono";
import "#app/globals.css";

/**
 * Every page waits up to 0.1 s for Geist's Latin part, because a font that comes later would move
 * the text.
 */
const geist = localFont({
  src: "../node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2",
  variable: "--font-geist",
  weight: "100 900",
  display: "optional",
  adjustFontFallback: false,
});

/** Loaded for names such as Łukasz. */
const geistExtended = localFont({
  src: "../node_modules/@fontsource-variable/geist/files/geist-latin-ext-wght-normal.woff2",
  variable: "--font-geist-extended",
  weight: "100 900",
  display: "optional",
  adjustFontFallback: false,
  preload: false,
  declarations: [
    { prop: "unicode-range", value: "U+0100-02BA, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0" },
  ],
});

export const metadata: Metadata = {
  title: { default: "GoodTake", template: "%s · GoodTake" },
  description: "API keys for GoodTake: create, watch and revoke them.",
};

export const viewport: Viewport = { colorScheme: "light dark" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  // A page with a nonce is rendered on request, error pages included.
  await connection();
  const theme = themeOf((await cookies()).get(THEME_COOKIE)?.value);
  const nonce = /'nonce-([^']+)'/.exec((await headers()).get("content-security-policy") ?? "")?.[1];
  return (
    <html lang="en" data-theme={theme} className={`${geist.variable} ${geistExtended.variable}`}>
      <head>
        {/* No half of a page is painted, because the other one would move it. Mostly all of it is there before its styles. */}
        <link rel="expect" href="#end" blocking="render" />
        <script nonce={nonce} suppressHydrationWarning>
          {NOTE_EARLY_PRESSES}
        </script>
      </head>
      <body>
        <a
          href="#content"
          className="sr-only z-50 rounded-lg bg-surface px-4 py-2 font-medium shadow-overlay focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
        >
          Skip to content
        </a>
        <Providers>{children}</Providers>
        <span id="end" hidden />
      </body>
    </html>
  );
}
