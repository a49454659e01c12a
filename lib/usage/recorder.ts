import { randomUUID } from "node:crypto";
import { pool } from "#lib/database/client.ts";
import { isRejectedForContent } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";
import { metrics } from "#lib/metrics.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import {
  type CollectedUsage,
  callerId,
  halve,
  type RequestNote,
  rowsOf,
  type UsageRows,
  WRITE_USAGE,
} from "#lib/usage/batch.ts";
import { OUTCOMES } from "#lib/usage/model/outcomes.ts";
import { takesSample } from "#lib/usage/sample.ts";
import { noteLogged, trimLogs } from "#lib/usage/trim-logs.ts";

const FLUSH_INTERVAL_MS = 2_000;
/**
 * The longest wait between two flushes. A key costs the database the same for one use or many, so
 * usage of many keys is collected for longer, as far as memory allows.
 */
const FLUSH_INTERVAL_MAX_MS = 10_000;
const FEW_KEYS_MAX = 2_000;
const MANY_KEYS_MIN = 30_000;
const BATCH_KEYS = 500;
/**
 * New callers and rejected requests of one key in one batch. A flood must not fill memory or
 * tables.
 */
const CALLERS_MAX = 20;
const REJECTIONS_MAX = 20;

/** Module state is enough: only the API's process records. */
let current = new Map<string, CollectedUsage>();
type Batch = { id: string; rows: () => UsageRows };
/** Batches whose write has begun. Each is kept unchanged until the database confirms it. */
let batches: Batch[] = [];
let timer: NodeJS.Timeout | undefined;
let flushing: Promise<void> = Promise.resolve();
let flushedAt = performance.now();

/** Counts an answered request. It is written within a few seconds, never on the request's path. */
export function recordRequest(note: RequestNote): void {
  let usage = current.get(note.apiKeyId);
  if (!usage) {
    usage = { counts: new Map(), callers: new Map(), rejections: [] };
    current.set(note.apiKeyId, usage);
  }
  const slot = Math.floor(note.at / HOUR_MS) * OUTCOMES.length + OUTCOMES.indexOf(note.outcome);
  usage.counts.set(slot, (usage.counts.get(slot) ?? 0) + 1);
  if (note.authenticated) usage.lastUse = note;
  const id = callerId(note);
  const caller = usage.callers.get(id);
  if (caller) {
    caller.note = note;
    caller.requests += 1;
  } else if (usage.callers.size < CALLERS_MAX) usage.callers.set(id, { note, requests: 1 });
  if (note.outcome === "ok") usage.success ??= note;
  else if (usage.rejections.length < REJECTIONS_MAX) usage.rejections.push(note);
  else metrics().logRowsDropped.inc({ rows: "rejections" });
}

export function startRecording(): void {
  timer ??= setInterval(() => isDue() && void flushUsage(), FLUSH_INTERVAL_MS).unref();
}

function isDue(): boolean {
  const keys = current.size;
  return keys <= FEW_KEYS_MAX || keys >= MANY_KEYS_MIN || performance.now() - flushedAt >= FLUSH_INTERVAL_MAX_MS;
}

/** Stops the timer and writes what is left: a batch that failed before, then the rest. */
export async function stopRecording(): Promise<void> {
  clearInterval(timer);
  timer = undefined;
  await flushUsage();
  await flushUsage();
}

/** Returns the seconds since the last flush that wrote everything. */
export function flushLagSeconds(): number {
  return current.size === 0 && batches.length === 0 ? 0 : (performance.now() - flushedAt) / 1000;
}

/**
 * Writes everything recorded so far. A batch that can't be written is kept and retried unchanged. A
 * batch that the database rejects for its content is split until the bad row is alone and dropped;
 * retried, it would block everything after it.
 */
export function flushUsage(): Promise<void> {
  flushing = flushing.then(async () => {
    if (batches.length === 0) batches = takeBatches();
    for (let batch = batches[0]; batch; batch = batches[0]) {
      try {
        const rows = batch.rows();
        await pool().query({ name: "write-usage", text: WRITE_USAGE, values: [batch.id, JSON.stringify(rows)] });
        batches.shift();
        noteLogged(rows);
      } catch (error) {
        if (!isRejectedForContent(error)) {
          log().warn({ err: error }, "usage could not be written; it is kept and retried");
          return;
        }
        batches.splice(0, 1, ...withoutBadRow(batch.rows(), error));
      }
    }
    flushedAt = performance.now();
    await trimLogs();
  });
  return flushing;
}

/**
 * Splits the usage of thousands of keys into batches, whose rows are made one batch at a time so
 * that requests don't wait.
 */
function takeBatches(): Batch[] {
  const all = [...current];
  current = new Map();
  for (const [, usage] of all) if (usage.success && !takesSample(usage.success)) delete usage.success;
  return Array.from({ length: Math.ceil(all.length / BATCH_KEYS) }, (_, i) =>
    batchOf(() => rowsOf(all.slice(i * BATCH_KEYS, (i + 1) * BATCH_KEYS))),
  );
}

function batchOf(rows: () => UsageRows): Batch {
  return { id: randomUUID(), rows };
}

/** Returns the two halves of a rejected batch, or nothing for a single row. */
function withoutBadRow(rows: UsageRows, error: unknown): Batch[] {
  const halves = halve(rows);
  if (halves) return halves.map((half) => batchOf(() => half));
  for (const [kind, [row]] of Object.entries(rows)) {
    if (!row) continue;
    log().error({ err: error, kind, row }, "the database rejects a row of usage, which is dropped");
    metrics().usageRowsDropped.inc({ rows: kind });
  }
  return [];
}
