import { pool } from "#lib/database/client.ts";
import { log, printable } from "#lib/log.ts";
import { addressPrefix } from "#lib/usage/address-prefix.ts";

const FLUSH_INTERVAL_MS = 1_000;
const AGENT_MAX = 200;

type Use = { at: Date; address: string; agent: string | undefined };

/** The latest use of each key since the last flush. Only the API notes uses, so it doesn't matter that Next has a copy of this module. */
let uses = new Map<string, Use>();
let timer: NodeJS.Timeout | undefined;
let flushing: Promise<void> = Promise.resolve();

/** Remembers a successful authentication; written within a second or two, and never on the request's path. */
export function noteUse(keyId: string, use: Use): void {
  uses.set(keyId, use);
}

export function startFlushing(): void {
  timer ??= setInterval(() => void flushLastUses(), FLUSH_INTERVAL_MS).unref();
}

/** Stops the clock and writes what is left. */
export async function stopFlushing(): Promise<void> {
  clearInterval(timer);
  timer = undefined;
  await flushLastUses();
}

/** Writes all uses noted so far in one statement; on failure they are kept for the next time. */
export function flushLastUses(): Promise<void> {
  flushing = flushing.then(async () => {
    if (uses.size === 0) return;
    const batch = uses;
    uses = new Map();
    try {
      await write(batch);
    } catch (error) {
      for (const [keyId, use] of batch) if (!uses.has(keyId)) uses.set(keyId, use);
      log().warn({ err: error }, "the last uses of keys could not be written and are kept");
    }
  });
  return flushing;
}

/** Locks the rows in one order, so that two instances can't deadlock; `lastUsedAt` never moves backwards. */
const WRITE = `
  WITH "use" AS (
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[]) AS u("id", "at", "address", "agent")
  ), "locked" AS (
    SELECT "id" FROM "ApiKey" WHERE "id" IN (SELECT "id" FROM "use") ORDER BY "id" FOR NO KEY UPDATE
  )
  UPDATE "ApiKey" k SET "lastUsedAt" = u."at", "lastUsedAddress" = u."address", "lastUsedAgent" = u."agent"
  FROM "use" u JOIN "locked" l ON l."id" = u."id"
  WHERE k."id" = u."id" AND (k."lastUsedAt" IS NULL OR k."lastUsedAt" < u."at")`;

async function write(batch: Map<string, Use>): Promise<void> {
  const all = [...batch];
  await pool().query(WRITE, [
    all.map(([keyId]) => keyId),
    all.map(([, { at }]) => at),
    all.map(([, { address }]) => addressPrefix(address)),
    all.map(([, { agent }]) => agent && printable(agent).slice(0, AGENT_MAX)),
  ]);
}
