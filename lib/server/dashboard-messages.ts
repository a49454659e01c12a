import type { MetricObject } from "prom-client";

/** What the process that owns the port and the dashboard's process tell each other. */
export type ToDashboard = { kind: "metrics" | "areYouAlive" | "stop" };
export type FromDashboard =
  | { kind: "serving" | "alive" }
  /** The start failed; a sentence for the operator. */
  | { kind: "failed"; sentence: string }
  | { kind: "metrics"; metrics: MetricObject[] };
