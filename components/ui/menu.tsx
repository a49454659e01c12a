"use client";

import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { type ComponentProps, type ReactNode, type RefObject, useEffect, useRef } from "react";
import type { PressedButton } from "#components/ui/menu-button.tsx";
import { countOpenPopup } from "#components/ui/open-popups.ts";

const POPUP =
  "min-w-44 max-w-[calc(100vw-1rem)] rounded-xl bg-surface p-1 shadow-overlay outline-none transition duration-100 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0";
const ITEM =
  "flex min-h-8 w-full cursor-default items-center gap-2.5 rounded-lg px-2.5 text-left outline-none select-none data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0";

type PressedMenuProps = PressedButton & {
  /** Called when the menu is gone and its button has the focus again. */
  onClosed?: () => void;
  children: ReactNode;
};

/** The menu of a `MenuButton`, opened by the press that loaded it. */
export function PressedMenu({ button, byKeyboard, onClosed, children }: PressedMenuProps) {
  const popup = useRef<HTMLDivElement>(null);
  const firstFocus = useRef(byKeyboard);
  return (
    <Menu.Root defaultOpen onOpenChangeComplete={(open) => !open && onClosed?.()}>
      <Menu.Trigger render={button} />
      {/* Inside the main landmark, because all content belongs in a landmark. */}
      <Menu.Portal container={document.querySelector("main")}>
        <Menu.Positioner ref={countOpenPopup} align="end" sideOffset={6} className="z-30 outline-none">
          <Menu.Popup ref={popup} className={POPUP}>
            {children}
            <FirstItemFocus popup={popup} wanted={firstFocus} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

type FirstItemFocusProps = { popup: RefObject<HTMLElement | null>; wanted: RefObject<boolean> };

/**
 * Moves the focus to the first item once. Base UI does so only for a key press that its own trigger
 * receives.
 */
function FirstItemFocus({ popup, wanted }: FirstItemFocusProps) {
  useEffect(() => {
    if (wanted.current) popup.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    wanted.current = false;
  }, [popup, wanted]);
  return null;
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
