import type { OutcomeGroup } from "#lib/usage/model/outcomes.ts";

/** In the order in which a bar is built. Complete class names, because Tailwind reads them. */
export const OUTCOME_LOOKS: Record<OutcomeGroup, { label: string; fill: string; swatch: string }> = {
  ok: { label: "OK", fill: "fill-accent", swatch: "bg-accent" },
  limited: { label: "Over a limit", fill: "fill-warning", swatch: "bg-warning" },
  invalid: { label: "Invalid request", fill: "fill-control", swatch: "bg-control" },
  error: { label: "Failed on our side", fill: "fill-ink", swatch: "bg-ink" },
  rejected: { label: "Key refused", fill: "fill-danger", swatch: "bg-danger" },
};
