import Link from "next/link";
import type { ReactNode } from "react";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main id="main" className="grid min-h-dvh content-center justify-items-center gap-8 px-4 py-12">
      <Link href="/" className="font-semibold text-lg tracking-tight">
        GoodTake
      </Link>
      <div className="grid w-full max-w-sm gap-6">{children}</div>
    </main>
  );
}
