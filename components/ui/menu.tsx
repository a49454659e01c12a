"use client";

import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { type ComponentProps, type ReactNode, useEffect, useRef } from "react";
import type { PressedButton } from "#components/ui/menu-button.tsx";

const POPUP =
  "min-w-44 rounded-xl bg-surface p-1 shadow-overlay outline-none transition duration-100 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0";
const ITEM =
  "flex h-8 w-full cursor-default items-center gap-2.5 rounded-lg px-2.5 text-left outline-none select-none data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0";

/** The menu of a `MenuButton`, opened by the press for which it was loaded: by the keyboard (`detail` 0) at its first item. */
export function PressedMenu({ button, press, children }: PressedButton & { children: ReactNode }) {
  const trigger = useRef<HTMLButtonElement>(null);
  const waiting = useRef(true);
  useEffect(() => {
    if (waiting.current) trigger.current?.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: press }));
    waiting.current = false;
  }, [press]);
  return (
    <Menu.Root>
      <Menu.Trigger ref={trigger} render={button} />
      <MenuContent>{children}</MenuContent>
    </Menu.Root>
  );
}

export function MenuContent({ children }: { children: ReactNode }) {
  // Inside of the page's main landmark, because all that can be read belongs into one.
  const landmark = typeof document === "undefined" ? undefined : document.querySelector("main");
  return (
    <Menu.Portal container={landmark}>
      <Menu.Positioner align="end" sideOffset={6} className="z-30 outline-none">
        <Menu.Popup className={POPUP}>{children}</Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}

export function MenuItem({ tone, ...props }: ComponentProps<typeof Menu.Item> & { tone?: "danger" }) {
  return <Menu.Item {...props} className={`${ITEM} ${tone === "danger" ? "text-danger-ink" : ""}`} />;
}

export function MenuRadioItem({ children, ...props }: ComponentProps<typeof Menu.RadioItem>) {
  return (
    <Menu.RadioItem {...props} className={ITEM}>
      {children}
      <Menu.RadioItemIndicator className="ml-auto">
        <Check aria-hidden />
      </Menu.RadioItemIndicator>
    </Menu.RadioItem>
  );
}

export function MenuSeparator() {
  return <Menu.Separator className="mx-2 my-1 h-px bg-line" />;
}
