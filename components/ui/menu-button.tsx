"use client";

import { type KeyboardEvent, type ReactElement, type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { DemandButton, type DemandButtonProps } from "#components/ui/on-demand.tsx";

/** What a menu on demand takes over: the button's looks, and the press that has to go on. */
export type PressedButton = { button: ReactElement; press: number };

type Props = Omit<DemandButtonProps, "onClick"> & { menu: (pressed: PressedButton) => ReactNode };

/** A button whose menu is loaded on demand. From the first press on, the menu's own trigger stands in its place. */
export function MenuButton({ needs, menu, ...look }: Props) {
  const [press, setPress] = useState<number>();
  if (press === undefined)
    return (
      <DemandButton
        {...look}
        needs={needs}
        aria-haspopup="menu"
        aria-expanded={false}
        onClick={({ detail }) => setPress(detail)}
        onKeyDown={openByArrow}
      />
    );
  return menu({ button: <Button {...look} />, press });
}

function openByArrow(event: KeyboardEvent<HTMLButtonElement>) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  event.currentTarget.click();
}
