"use client";

import { type ComponentProps, type ReactNode, useState, useSyncExternalStore } from "react";
import { Field } from "#components/ui/field.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";

type Props = Omit<ComponentProps<"input">, "type"> & { label: string; hint?: ReactNode; error?: ReactNode };

/**
 * A password field whose text can be shown, which makes long passwords bearable (NIST SP 800-63B-4,
 * 3.1.1.2).
 */
export function PasswordField({ label, hint, error, ...input }: Props) {
  const [shown, setShown] = useState(false);
  const scripting = useScripting();
  return (
    <Field label={label} hint={hint} error={error}>
      {(tie) => (
        <div className="relative">
          <input
            {...input}
            {...tie}
            type={shown ? "text" : "password"}
            spellCheck={false}
            autoCapitalize="none"
            className={`${INPUT_CLASS} pr-14`}
          />
          {scripting && (
            <button
              type="button"
              aria-pressed={shown}
              aria-controls={tie.id}
              onClick={() => setShown(!shown)}
              className="absolute inset-y-0 right-0 rounded-lg px-3 text-[0.8125rem] text-muted hover:text-ink"
            >
              {shown ? "Hide" : "Show"}
            </button>
          )}
        </div>
      )}
    </Field>
  );
}

/** Returns false on the server and without JavaScript, where the button could do nothing. */
function useScripting(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  );
}
