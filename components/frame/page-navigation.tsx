"use client";

import type { LucideIcon } from "lucide-react";
import { usePathname } from "next/navigation";
import { Link } from "#components/ui/link.tsx";

type PageLink = { href: string; label: string; Icon: LucideIcon };

/** Links pages that belong together and marks the current one. */
export function PageNavigation({ label, pages }: { label: string; pages: PageLink[] }) {
  const path = usePathname();
  return (
    <nav aria-label={label}>
      <p className="px-2.5 pb-1.5 font-medium text-muted text-xs">{label}</p>
      <ul className="flex flex-col gap-0.5">
        {pages.map(({ href, label, Icon }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={path === href ? "page" : path.startsWith(`${href}/`) ? "true" : undefined}
              className="flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-muted transition-colors hover:bg-hover hover:text-ink aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-ink"
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
