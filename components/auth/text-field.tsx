import type { ComponentProps, ReactNode } from "react";

type Props = ComponentProps<"input"> & { name: string; label: string; error?: ReactNode; hint?: string };

/** A labelled input whose hint and error are read out with it. */
export function TextField({ label, error, hint, ...input }: Props) {
  const id = `field-${input.name}`;
  const described = [hint && !error && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      <input
        {...input}
        id={id}
        required
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        className="h-10 w-full rounded-md border border-neutral-300 bg-transparent px-3 text-base aria-invalid:border-red-600 dark:border-neutral-700"
      />
      {hint && !error && (
        <p id={`${id}-hint`} className="text-neutral-600 text-sm dark:text-neutral-400">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-red-700 text-sm dark:text-red-400">
          {error}
        </p>
      )}
    </div>
  );
}
