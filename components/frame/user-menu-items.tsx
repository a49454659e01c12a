"use client";

import { Menu } from "@base-ui/react/menu";
import { Keyboard, LogOut, Monitor, Moon, Search, Sun } from "lucide-react";
import { useRef, useState, useTransition } from "react";
import { paletteAsk, shortcutsAsk } from "#components/frame/asks.ts";
import { applyTheme, THEMES, type Theme } from "#components/frame/theme.ts";
import type { Ask } from "#components/ui/ask.ts";
import { MenuItem, MenuRadioItem, MenuSeparator, PressedMenu } from "#components/ui/menu.tsx";
import type { PressedButton } from "#components/ui/menu-button.tsx";
import { signOutAction } from "#lib/actions/sign-in.ts";

const LOOKS: Record<Theme, { label: string; Icon: typeof Sun }> = {
  system: { label: "System", Icon: Monitor },
  light: { label: "Light", Icon: Sun },
  dark: { label: "Dark", Icon: Moon },
};

type Props = { pressed: PressedButton; name: string; email: string; theme: Theme };

export function UserMenuItems({ pressed, name, email, theme: initialTheme }: Props) {
  const [theme, setTheme] = useState(initialTheme);
  const [, startTransition] = useTransition();
  // A dialog opens when the menu has closed, so that the focus returns to the menu's button.
  const chosen = useRef<Ask>(undefined);
  function askForChosen() {
    chosen.current?.ask();
    chosen.current = undefined;
  }
  const choosing = (ask: Ask) => () => {
    chosen.current = ask;
  };
  function choose(next: Theme) {
    setTheme(next);
    applyTheme(next);
  }
  return (
    <PressedMenu {...pressed} onClosed={askForChosen}>
      <div className="max-w-64 px-2.5 py-1.5">
        <p className="truncate font-medium">
          <bdi>{name}</bdi>
        </p>
        <p className="truncate text-[0.8125rem] text-muted">{email}</p>
      </div>
      <MenuSeparator />
      <Menu.Group>
        <Menu.GroupLabel className="px-2.5 pt-1 pb-1 font-medium text-muted text-xs">Theme</Menu.GroupLabel>
        <Menu.RadioGroup value={theme} onValueChange={choose}>
          {THEMES.map((value) => {
            const { label, Icon } = LOOKS[value];
            return (
              <MenuRadioItem key={value} value={value} closeOnClick={false}>
                <Icon aria-hidden /> {label}
              </MenuRadioItem>
            );
          })}
        </Menu.RadioGroup>
      </Menu.Group>
      <MenuSeparator />
      <MenuItem onClick={choosing(paletteAsk)}>
        <Search aria-hidden /> Command menu <Keys>⌘K</Keys>
      </MenuItem>
      <MenuItem onClick={choosing(shortcutsAsk)}>
        <Keyboard aria-hidden /> Keyboard shortcuts <Keys>?</Keys>
      </MenuItem>
      <MenuSeparator />
      <MenuItem onClick={() => startTransition(() => signOutAction())}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </PressedMenu>
  );
}

function Keys({ children }: { children: string }) {
  return (
    <kbd aria-hidden className="ml-auto pl-6 font-mono text-muted text-xs">
      {children}
    </kbd>
  );
}
