import { openClient } from "#lib/database/connection.ts";

/** The names of scheduled work (lib/server/scheduled-work.ts). One process does it at a time. */
const UPKEEP = ["pruning", "noticing", "sweeping"];
const LOCKS = `pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Keeps scheduled work from running, so that the measured data stays as it is. */
export async function holdUpkeep(url: string): Promise<{ check: () => Promise<void>; release: () => Promise<void> }> {
  const client = await openClient(url);
  await client.query("SELECT pg_advisory_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) name", [UPKEEP]);
  return {
    /** @throws if a server runs scheduled work of another name at this moment. */
    check: async () => {
      const { rowCount } = await client.query(`SELECT FROM ${LOCKS}`);
      if (rowCount) throw new Error("Scheduled work of another name runs; add it to UPKEEP.");
    },
    release: () => client.end(),
  };
}

/** Tells whether a process does scheduled work at this moment. */
export async function isUpkeepRunning(url: string): Promise<boolean> {
  const client = await openClient(url);
  const { rowCount } = await client.query(`SELECT FROM ${LOCKS}`).finally(() => client.end());
  return (rowCount ?? 0) > 0;
}
