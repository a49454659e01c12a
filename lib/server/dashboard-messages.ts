import type { MetricObject } from "prom-client";

/** Messages between the process that owns the port and the dashboard's process. */
export type ToDashboard = {
  kind:
    | "metrics"
    | "areYouAlive"
    | "stop"
    /** The database is migrated, so emails can be delivered. */
    | "deliverMail";
};
export type FromDashboard =
  | { kind: "serving" | "alive" }
  /** The start failed. `sentence` is for the operator. */
  | { kind: "failed"; sentence: string }
  | { kind: "metrics"; metrics: MetricObject[] };
