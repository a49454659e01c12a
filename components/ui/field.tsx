"use client";

import { CircleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { INPUT_CLASS } from "#components/ui/input-class.ts";

type Frame = { label: ReactNode; hint?: ReactNode; error?: ReactNode; aside?: ReactNode };

/** The attributes that tie a control to its label, hint and error. */
type Tie = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

/** Shows a control with its label, hint and error. The error is announced when it appears. */
export function Field({
  label,
  hint,
  error,
  aside,
  id,
  children,
}: Frame & { id?: string; children: (tie: Tie) => ReactNode }) {
  const generated = useId();
  const controlId = id ?? generated;
  const describedBy = [hint && `${controlId}-hint`, error && `${controlId}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-4">
        <label htmlFor={controlId} className="font-medium">
          {label}
        </label>
        {aside}
      </div>
      {children({
        id: controlId,
        "aria-describedby": describedBy || undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {hint && (
        <p id={`${controlId}-hint`} className="text-[0.8125rem] text-muted">
          {hint}
        </p>
      )}
      <div role="alert" className="empty:-mt-1.5">
        {error && <FieldError id={`${controlId}-error`}>{error}</FieldError>}
      </div>
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} className="flex gap-1.5 text-[0.8125rem] text-danger-ink">
      <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>{children}</span>
    </p>
  );
}

export function TextField({
  label,
  hint,
  error,
  aside,
  id,
  className = "",
  ...input
}: Frame & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} error={error} aside={aside} id={id}>
      {(tie) => <input {...input} {...tie} className={`${INPUT_CLASS} ${className}`} />}
    </Field>
  );
}
