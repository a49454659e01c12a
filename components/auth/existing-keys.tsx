"use client";

import { type ReactNode, useId } from "react";
import { FieldError } from "#components/ui/field.tsx";
import { NowProvider, Time } from "#components/ui/time.tsx";
import type { ActiveKeys } from "#lib/api-keys/active-keys.ts";

const CHOICES = [
  ["keep", "Keep them", "Requests with these keys go on."],
  ["revoke", "Revoke them", "Requests with these keys fail immediately. This can't be undone."],
] as const;

type Props = { keys: ActiveKeys; chosen?: string | undefined; error?: ReactNode };

/**
 * Lists the keys of an account that gets a new password and asks whether to keep them. Neither
 * choice is preselected.
 */
export function ExistingKeys({ keys: { listed, total, fingerprint, at }, chosen, error }: Props) {
  const id = useId();
  return (
    <div
      role="radiogroup"
      tabIndex={-1}
      aria-required
      aria-labelledby={`${id}-label`}
      aria-invalid={error ? true : undefined}
      aria-describedby={error ? `${id}-hint ${id}-error` : `${id}-hint`}
      className="flex flex-col gap-3"
    >
      <p id={`${id}-label`} className="font-medium">
        Existing API keys ({total})
      </p>
      <p id={`${id}-hint`} className="text-[0.8125rem] text-muted">
        This account's email address was never verified, so someone else may have created the account and its keys.
        Revoke any keys that you don't recognize.
      </p>
      <NowProvider now={at}>
        <ul
          aria-label="Existing API keys"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-60 overflow-y-auto rounded-lg border border-line"
        >
          {listed.map((key) => (
            <li key={key.id} className="border-line border-b px-3 py-2 text-[0.8125rem] last:border-0">
              <p className="break-words font-medium">{key.name}</p>
              <p className="text-muted">
                <span className="font-mono">{key.prefix}…</span>, {key.environment}, created <Time at={key.createdAt} />
                ,{" "}
                {key.lastUsedAt ? (
                  <>
                    last used <Time at={key.lastUsedAt} />
                  </>
                ) : (
                  "never used"
                )}
              </p>
            </li>
          ))}
          {total > listed.length && (
            <li className="px-3 py-2 text-[0.8125rem] text-muted">and {total - listed.length} older ones</li>
          )}
        </ul>
      </NowProvider>
      <input type="hidden" name="seen" value={fingerprint} />
      {CHOICES.map(([value, label, hint]) => (
        <label key={value} className="flex gap-2.5">
          <input
            required
            type="radio"
            name="keys"
            value={value}
            defaultChecked={!error && chosen === value}
            className="mt-1 shrink-0"
          />
          <span>
            {label}
            <span className="block text-[0.8125rem] text-muted">{hint}</span>
          </span>
        </label>
      ))}
      <div role="alert" className="empty:-mt-3">
        {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      </div>
    </div>
  );
}
