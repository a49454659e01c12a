"use client";

import type { Theme } from "#components/frame/theme.ts";
import { MenuButton } from "#components/ui/menu-button.tsx";
import { onDemand } from "#components/ui/on-demand.tsx";

const UserMenuItems = onDemand(() =>
  import("#components/frame/user-menu-items.tsx").then((module) => module.UserMenuItems),
);

type Props = { name: string; email: string; theme: Theme };

export function UserMenu({ name, email, theme }: Props) {
  return (
    <MenuButton
      needs={UserMenuItems}
      variant="quiet"
      size="small"
      className="px-1.5"
      menu={(pressed) => <UserMenuItems pressed={pressed} name={name} email={email} theme={theme} />}
    >
      <span
        aria-hidden
        data-initial={[...name][0]}
        className="grid size-6 place-items-center rounded-full bg-accent-soft font-semibold text-accent-ink text-xs uppercase before:content-[attr(data-initial)]"
      />
      <bdi className="max-w-40 truncate text-ink max-sm:sr-only">{name}</bdi>
      <span className="sr-only">account menu</span>
    </MenuButton>
  );
}
