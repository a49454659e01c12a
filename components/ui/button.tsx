import type { ComponentProps } from "react";
import { Spinner } from "#components/ui/spinner.tsx";

const BASE =
  "relative inline-flex items-center justify-center gap-2 rounded-lg font-medium transition-colors select-none disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:opacity-55";

const VARIANTS = {
  primary: "bg-accent text-white shadow-control hover:not-disabled:bg-accent-hover",
  secondary: "border border-line-strong bg-surface shadow-control hover:not-disabled:bg-hover",
  danger: "bg-danger text-white shadow-control hover:not-disabled:bg-danger-hover",
  quiet:
    "text-muted hover:not-disabled:bg-hover hover:not-disabled:text-ink data-popup-open:bg-hover data-popup-open:text-ink",
};

const SIZES = {
  small: "h-8 whitespace-nowrap px-2.5 text-[0.8125rem]",
  // Wraps where large text leaves no room.
  medium: "min-h-9 max-w-full px-3.5 py-1",
  icon: "size-8 shrink-0",
};

export type ButtonLook = { variant?: keyof typeof VARIANTS; size?: keyof typeof SIZES };

/** Returns a button's classes, for a link that looks like a button. */
export function buttonClass({ variant = "secondary", size = "medium" }: ButtonLook, className = ""): string {
  return `${BASE} ${VARIANTS[variant]} ${SIZES[size]} ${className}`;
}

/**
 * A button. `pending` shows progress in place of the content, so that nothing moves. A pending
 * button and one with `aria-disabled` ignore a press and keep the focus.
 */
export function Button({
  variant,
  size,
  pending = false,
  className,
  children,
  onClick,
  "aria-disabled": disabled,
  ...props
}: ComponentProps<"button"> & ButtonLook & { pending?: boolean }) {
  const inactive = pending || disabled || undefined;
  return (
    <button
      type="button"
      {...props}
      aria-disabled={inactive}
      aria-busy={pending || undefined}
      onClick={inactive ? (event) => event.preventDefault() : onClick}
      className={buttonClass({ variant, size }, className)}
    >
      {pending ? (
        <>
          <span className="inline-flex items-center gap-2 opacity-0">{children}</span>
          <span className="absolute inset-0 grid place-items-center">
            <Spinner />
          </span>
        </>
      ) : (
        children
      )}
    </button>
  );
}
