import type { ComponentProps } from "react";

const BOX =
  "relative block size-4 shrink-0 cursor-pointer appearance-none rounded-[5px] border border-control bg-surface shadow-control transition-colors hover:border-muted noscript:hidden forced-colors:appearance-auto";
const FULL = "checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent";
/** The tick, or the dash of what is only partly chosen. */
const MARK =
  "before:absolute before:inset-0 before:m-auto before:hidden before:size-2.5 before:bg-white checked:before:block indeterminate:before:block before:[clip-path:polygon(14%_44%,0_60%,42%_95%,100%_18%,84%_5%,39%_66%)] indeterminate:before:[clip-path:inset(40%_0)] forced-colors:before:hidden!";
/** A finger is wider than the box. */
const REACH = "after:absolute after:-inset-2.5";

type Props = Omit<ComponentProps<"input">, "type" | "ref"> & { indeterminate?: boolean };

/** The platform's own checkbox in our colours; in a high-contrast theme in the theme's. */
export function Checkbox({ indeterminate = false, className = "", ...props }: Props) {
  return (
    <input
      {...props}
      type="checkbox"
      ref={(input) => {
        if (input) input.indeterminate = indeterminate;
      }}
      className={`${BOX} ${FULL} ${MARK} ${REACH} ${className}`}
    />
  );
}
