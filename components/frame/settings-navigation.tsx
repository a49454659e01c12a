"use client";

import { KeyRound } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";

/** Only what exists: each page adds itself here when it does. */
const PAGES = [{ href: "/settings/developer", label: "Developer Settings", Icon: KeyRound }];

export function SettingsNavigation() {
  const path = usePathname();
  return (
    <nav aria-label="Settings">
      <p className="px-2.5 pb-1.5 font-medium text-muted text-xs">Settings</p>
      <ul className="flex flex-col gap-0.5">
        {PAGES.map(({ href, label, Icon }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={path === href ? "page" : undefined}
              className="flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-muted transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
