import type { Look } from "#components/usage/chart/chart-look.tsx";
import type { OutcomeGroup } from "#lib/usage/model/outcomes.ts";

/** In the order in which the parts of a bar are stacked. */
export const OUTCOME_LOOKS: Record<OutcomeGroup, Look> = {
  ok: { label: "Successful", fill: "fill-accent" },
  limited: { label: "Rate limited", fill: "fill-warning" },
  invalid: { label: "Invalid request", fill: "fill-control" },
  error: { label: "Server error", fill: "fill-danger" },
  rejected: { label: "Key rejected", fill: "fill-danger", hatched: true },
};
