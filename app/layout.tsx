import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies } from "next/headers";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { Providers } from "#components/frame/providers.tsx";
import { THEME_COOKIE, themeOf } from "#components/frame/theme.ts";
import "#app/globals.css";

/** As `geist/font/mono` has it, which would have every page wait for it before its own code: it is as large as half of that. */
const geistMono = localFont({
  src: "../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2",
  variable: "--font-geist-mono",
  weight: "100 900",
  adjustFontFallback: false,
  preload: false,
});

export const metadata: Metadata = {
  title: { default: "GoodTake", template: "%s · GoodTake" },
  description: "API keys for GoodTake: create, watch and revoke them.",
};

export const viewport: Viewport = { colorScheme: "light dark" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  // A page that carries a nonce is rendered on request, error pages included.
  await connection();
  const theme = themeOf((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} className={`${GeistSans.variable} ${geistMono.variable}`}>
      <body>
        <a
          href="#content"
          className="sr-only z-50 rounded-lg bg-surface px-4 py-2 font-medium shadow-overlay focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
        >
          Skip to content
        </a>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
