import { readFileSync } from "node:fs";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

type Metrics = {
  registry: Registry;
  requests: Counter<"route" | "status">;
  durations: Histogram<"route">;
  authentications: Counter<"outcome">;
  usageRowsDropped: Counter<"rows">;
  logRowsDropped: Counter<"rows">;
  mails: Counter<"outcome">;
  upkeepRows: Counter<"task">;
  upkeepSeconds: Histogram<"task">;
  upkeepFailures: Counter<"task">;
};
let current: Metrics | undefined;

/** From 0.5 ms, which checking a key takes, to the minute that an image may take. In seconds. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Returns the process's metrics for Prometheus. Labels take few values, all of them ours: never a
 * path or a name that a client sent.
 */
export function metrics(): Metrics {
  current ??= createMetrics();
  return current;
}

function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Tells the two processes of one server apart.
  collectDefaultMetrics({
    register: registry,
    labels: { process: process.env.DASHBOARD_SOCKET ? "dashboard" : "main" },
  });
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  new Gauge({
    name: "goodtake_build_info",
    help: "1, with the running version.",
    labelNames: ["version", "node"],
    aggregator: "first",
    registers,
  }).set({ version, node: process.version }, 1);
  return {
    registry,
    requests: new Counter({
      name: "goodtake_http_requests_total",
      help: "Answered requests by route and status.",
      labelNames: ["route", "status"],
      registers,
    }),
    durations: new Histogram({
      name: "goodtake_http_request_duration_seconds",
      help: "Time until a request was answered, by route.",
      labelNames: ["route"],
      buckets: DURATION_BUCKETS,
      registers,
    }),
    authentications: new Counter({
      name: "goodtake_authentications_total",
      help: "Decisions about API keys by outcome: admitted, rate_limited, anonymous, or the cause of a rejection.",
      labelNames: ["outcome"],
      registers,
    }),
    usageRowsDropped: new Counter({
      name: "goodtake_usage_rows_dropped_total",
      help: "Rows of usage that the database rejects, by kind: counts, uses, callers, rejections, samples. Each is in the log.",
      labelNames: ["rows"],
      registers,
    }),
    logRowsDropped: new Counter({
      name: "goodtake_log_rows_dropped_total",
      help: "Requests that Logs leave out because too many came at once, by kind: rejections, samples.",
      labelNames: ["rows"],
      registers,
    }),
    mails: new Counter({
      name: "goodtake_mails_total",
      help: "Attempts to deliver an email by outcome: sent, retried, failed. Each is in the log.",
      labelNames: ["outcome"],
      registers,
    }),
    upkeepRows: new Counter({
      name: "goodtake_scheduled_rows_total",
      help: "Rows that scheduled work removed or changed, by task.",
      labelNames: ["task"],
      registers,
    }),
    upkeepSeconds: new Histogram({
      name: "goodtake_scheduled_work_duration_seconds",
      help: "Time that scheduled work took with its pauses, by task. It is in the process whose turn it was.",
      labelNames: ["task"],
      buckets: [0.1, 1, 10, 60, 600],
      registers,
    }),
    upkeepFailures: new Counter({
      name: "goodtake_scheduled_work_failures_total",
      help: "Scheduled work that failed and is tried again, by task. Each failure is in the log.",
      labelNames: ["task"],
      registers,
    }),
  };
}

/** Adds a gauge that is read when Prometheus asks, with the values of one label. */
export function observeGauge(name: string, help: string, label: string, read: () => Record<string, number>): void {
  const { registry } = metrics();
  if (registry.getSingleMetric(name)) return;
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, number] of Object.entries(read())) this.set({ [label]: value }, number);
    },
  });
}
