import { randomUUID } from "node:crypto";
import { pool } from "#lib/database/client.ts";
import { log } from "#lib/log.ts";
import { callerId, HOUR_MS, type KeyUsage, type RequestNote, rowsOf, WRITE_USAGE } from "#lib/usage/batch.ts";
import { OUTCOMES, type Outcome } from "#lib/usage/outcomes.ts";

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
/** Batches whose writing was begun, each kept as it is until the database has confirmed it. */
let batches: { id: string; usage: [apiKeyId: string, usage: KeyUsage][] }[] = [];
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

/** Writes all that was recorded so far. What can't be written is kept and tried again as the same batches. */
export function flushUsage(): Promise<void> {
  flushing = flushing.then(async () => {
    if (batches.length === 0) batches = takeBatches();
    for (let batch = batches[0]; batch; batch = batches[0]) {
      const values = [batch.id, JSON.stringify(rowsOf(batch.usage))];
      try {
        await pool().query({ name: "write-usage", text: WRITE_USAGE, values });
      } catch (error) {
        log().warn({ err: error }, "usage could not be written and is kept");
        return;
      }
      batches.shift();
    }
    flushedAt = performance.now();
  });
  return flushing;
}

/** What thousands of keys did is more than one: requests must not wait while its rows are made. */
function takeBatches(): typeof batches {
  const all = [...current];
  current = new Map();
  return Array.from({ length: Math.ceil(all.length / BATCH_KEYS) }, (_, i) => ({
    id: randomUUID(),
    usage: all.slice(i * BATCH_KEYS, (i + 1) * BATCH_KEYS),
  }));
}
