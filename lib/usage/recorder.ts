import { randomUUID } from "node:crypto";
import { pool } from "#lib/database/client.ts";
import { isRefusedForContent } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";
import { metrics } from "#lib/metrics.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import {
  callerId,
  halve,
  type KeyUsage,
  type RequestNote,
  rowsOf,
  type UsageRows,
  WRITE_USAGE,
} from "#lib/usage/batch.ts";
import { OUTCOMES, type Outcome } from "#lib/usage/model/outcomes.ts";

const FLUSH_INTERVAL_MS = 2_000;
/**
 * A key costs the database the same whether it was used once since the last flush or often. So where many keys are used, what they did is
 * collected for longer, as far as memory has room for it.
 */
const PATIENCE_MS = 10_000;
const FEW_KEYS = 2_000;
const MANY_KEYS = 30_000;
const BATCH_KEYS = 500;
/** A key may bring so many new callers and refusals into one batch: a flood must not fill memory or tables. */
const CALLERS_MAX = 20;
const REFUSALS_MAX = 20;
/** Refusals whose cause the owner can look up by request id. */
const REFUSED: ReadonlySet<Outcome> = new Set(OUTCOMES.filter((o) => !["ok", "invalid", "error"].includes(o)));

/** Only the API records, so it doesn't matter that Next has a copy of this module. */
let current = new Map<string, KeyUsage>();
type Batch = { id: string; rows: () => UsageRows };
/** Batches whose writing was begun, each kept as it is until the database has confirmed it. */
let batches: Batch[] = [];
let timer: NodeJS.Timeout | undefined;
let flushing: Promise<void> = Promise.resolve();
let flushedAt = performance.now();

/** Counts an answered request; written within a few seconds, and never on the request's path. */
export function recordRequest(note: RequestNote): void {
  let usage = current.get(note.apiKeyId);
  if (!usage) {
    usage = { counts: new Map(), callers: new Map(), refusals: [] };
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
  if (REFUSED.has(note.outcome) && usage.refusals.length < REFUSALS_MAX) usage.refusals.push(note);
}

export function startRecording(): void {
  timer ??= setInterval(() => isDue() && void flushUsage(), FLUSH_INTERVAL_MS).unref();
}

function isDue(): boolean {
  const keys = current.size;
  return keys <= FEW_KEYS || keys >= MANY_KEYS || performance.now() - flushedAt >= PATIENCE_MS;
}

/** Stops the clock and writes what is left: a batch that failed before, and the rest. */
export async function stopRecording(): Promise<void> {
  clearInterval(timer);
  timer = undefined;
  await flushUsage();
  await flushUsage();
}

/** Seconds since everything recorded until then was written. */
export function flushLagSeconds(): number {
  return current.size === 0 && batches.length === 0 ? 0 : (performance.now() - flushedAt) / 1000;
}

/**
 * Writes all that was recorded so far. What can't be written is kept and tried again as the same batches. A batch that the database
 * refuses for its content is split until the bad row is alone, which is dropped: tried again, it would hold up all that follows.
 */
export function flushUsage(): Promise<void> {
  flushing = flushing.then(async () => {
    if (batches.length === 0) batches = takeBatches();
    for (let batch = batches[0]; batch; batch = batches[0]) {
      try {
        const values = [batch.id, JSON.stringify(batch.rows())];
        await pool().query({ name: "write-usage", text: WRITE_USAGE, values });
        batches.shift();
      } catch (error) {
        if (!isRefusedForContent(error)) {
          log().warn({ err: error }, "usage could not be written and is kept");
          return;
        }
        batches.splice(0, 1, ...withoutBadRow(batch.rows(), error));
      }
    }
    flushedAt = performance.now();
  });
  return flushing;
}

/** What thousands of keys did is more than one: requests must not wait while its rows are made. */
function takeBatches(): Batch[] {
  const all = [...current];
  current = new Map();
  return Array.from({ length: Math.ceil(all.length / BATCH_KEYS) }, (_, i) =>
    batchOf(() => rowsOf(all.slice(i * BATCH_KEYS, (i + 1) * BATCH_KEYS))),
  );
}

function batchOf(rows: () => UsageRows): Batch {
  return { id: randomUUID(), rows };
}

/** The two halves of a refused batch, or nothing in place of a single row. */
function withoutBadRow(rows: UsageRows, error: unknown): Batch[] {
  const halves = halve(rows);
  if (halves) return halves.map((half) => batchOf(() => half));
  for (const [kind, [row]] of Object.entries(rows)) {
    if (!row) continue;
    log().error({ err: error, kind, row }, "the database refuses a row of usage, which is dropped");
    metrics().usageRowsDropped.inc({ rows: kind });
  }
  return [];
}
