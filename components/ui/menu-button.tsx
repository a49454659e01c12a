"use client";

import { type ReactElement, type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { type DemandButtonProps, onIntent, useDemand } from "#components/ui/on-demand.tsx";

/** The button of a menu, and whether the press that loaded the menu came from the keyboard. */
export type PressedButton = { button: ReactElement; byKeyboard: boolean };

type Props = Omit<DemandButtonProps, "onClick"> & { menu: (pressed: PressedButton) => ReactNode };

/**
 * A button whose menu is loaded on demand. After the first press the menu's own trigger replaces
 * it.
 */
export function MenuButton({ needs, menu, pending = false, ...button }: Props) {
  const { demand, pending: loading, failure } = useDemand();
  const [byKeyboard, setByKeyboard] = useState<boolean>();
  if (byKeyboard !== undefined) return menu({ button: <Button {...button} pending={pending} />, byKeyboard });
  const open = (byKeyboard: boolean) => demand(needs, () => setByKeyboard(byKeyboard));
  return (
    <>
      <Button
        {...button}
        {...onIntent(needs)}
        pending={pending || loading}
        aria-haspopup="menu"
        aria-expanded={false}
        onClick={({ detail }) => open(detail === 0)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          open(true);
        }}
      />
      {failure}
    </>
  );
}
