"use client";

import { RestrictionFields } from "#components/api-keys/create/permissions-section.tsx";
import { onIntent, useDemand } from "#components/ui/on-demand.tsx";

/** Offers the preset for an AI agent. Loads the fields that it fills first. */
export function AgentPreset({ onChoose }: { onChoose: () => void }) {
  const { demand, pending, failure } = useDemand();
  return (
    <span className="text-[0.8125rem] text-muted">
      Preset:{" "}
      <button
        type="button"
        {...onIntent(RestrictionFields)}
        aria-busy={pending || undefined}
        title="Restricted, expires in 30 days, with a spending cap"
        onClick={() => demand(RestrictionFields, onChoose)}
        className="rounded text-accent-ink underline underline-offset-3 aria-busy:opacity-55"
      >
        Agent key
      </button>
      {failure}
    </span>
  );
}
