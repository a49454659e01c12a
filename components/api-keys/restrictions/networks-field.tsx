"use client";

import { type ReactNode, useRef } from "react";
import { callerEffects, effectWords, onlyPrivateCaller } from "#components/api-keys/restrictions/caller-effect.ts";
import { correctNetworks } from "#components/api-keys/restrictions/read-draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { Notice } from "#components/ui/notice.tsx";
import { readNetworks } from "#lib/api-keys/model/network.ts";

type Props = {
  text: string;
  onChange: (text: string) => void;
  /** The networks of recent callers, the latest first. */
  callers: string[];
  problem: ReactNode;
};

/** Edits the networks from which a key works, and shows their effect on its recent callers. */
export function NetworksField({ text, onChange, callers, problem }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { networks, warnings } = readNetworks(text);
  const effects = callerEffects(text, callers);
  const harmless = effects.every((effect) => effect === "accepted");
  const gateway = networks.length > 0 && onlyPrivateCaller(callers);
  const corrected = correctNetworks(text);
  function write(next: string) {
    onChange(next);
    // The pressed button may be gone.
    field.current?.focus();
  }
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Allowed networks"
        hint="One CIDR range per line, such as 203.0.113.0/24. Leave empty to allow any address."
        error={problem}
      >
        {(tie) => (
          <textarea
            {...tie}
            ref={field}
            name="networks"
            value={text}
            onChange={(event) => onChange(event.currentTarget.value)}
            rows={Math.min(8, Math.max(2, text.split("\n").length))}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            className={`${INPUT_CLASS} h-auto py-2 font-mono text-[0.8125rem]`}
          />
        )}
      </Field>
      {problem && corrected !== text && (
        <Button size="small" className="self-start" onClick={() => write(corrected)}>
          Correct the range
        </Button>
      )}
      {callers.length > 0 && (
        <div className="rounded-lg border border-line bg-sunken px-3 py-2.5 text-[0.8125rem]">
          <p className="font-medium">Recent callers</p>
          <ul aria-label="Recent callers" className="mt-1.5 flex max-h-44 flex-col gap-1 overflow-y-auto">
            {callers.map((caller, i) => (
              <li key={caller} className="flex min-h-8 flex-wrap items-center justify-between gap-x-3">
                <span className="min-w-0 break-all font-mono">{caller}</span>
                {networks.length > 0 && effects[i] === "accepted" ? (
                  <span className="text-success-ink">Allowed</span>
                ) : (
                  <Button
                    size="small"
                    aria-label={`Add ${caller}`}
                    onClick={() => write(`${text.trimEnd()}\n${caller}`.trimStart())}
                  >
                    Add
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div role="status" className="flex flex-col gap-2 empty:hidden">
        {networks.length > 0 && callers.length > 0 && (
          <Notice tone={harmless ? "info" : "warning"}>{effectWords(effects)}</Notice>
        )}
        {warnings.length > 0 && <Notice tone="warning">{warnings.join(" ")}</Notice>}
        {gateway && (
          <Notice tone="warning">
            All recent requests came from {gateway}, a private network. If this is your gateway, GoodTake can't see the
            addresses of its callers, so don't restrict networks yet. Ask the operator to add the gateway to
            TRUSTED_PROXIES.
          </Notice>
        )}
      </div>
    </div>
  );
}
