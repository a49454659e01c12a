import type { FileHandle } from "node:fs/promises";
import { rename, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pool } from "#lib/database/client.ts";
import { FIRST_MIGRATION } from "#lib/database/tables.ts";
import { log } from "#lib/log.ts";
import { LIST_NAME, readHeader } from "#lib/revocations/list-file.ts";
import { CHANGES_MAX, type Position, type Run, readChanges, readPosition } from "#lib/revocations/statements.ts";
import { writeList } from "#lib/revocations/write-list.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** Shorter than a change waits for its confirmation (265 ms), so that it is usually in the list by then. */
const POLL_MS = 200;
const RETRY_MS = 5_000;
/** A list says at least so often that nothing was changed, so that a backup can be held against it. */
const HEARTBEAT_MS = 60_000;
const REWRITE_MS = DAY_MS;
/** What was appended may be as large as the list was, and this more, before the list is written anew. */
const APPENDED_MAX_BYTES = 1_048_576;

type OpenList = { handle: FileHandle; room: number; writtenAt: number; lastAt: number; position: Position };

const run: Run = async (sql, values) => (await pool().query(sql, values)).rows;

/**
 * Keeps the list of revocations in `directory` up to date: writes it from the database, then appends what is changed, whoever changes
 * it. It never holds up a change: what fails is logged and done again, with a list that is written anew.
 */
export function followRevocations(directory: string): { stop(): Promise<void> } {
  const file = path.join(directory, LIST_NAME);
  const stopped = new AbortController();
  let list: OpenList | undefined;
  let failing = false;

  const step = async () => {
    try {
      if (!list || Date.now() - list.writtenAt > REWRITE_MS || !(await append(list))) {
        await list?.handle.close();
        list = undefined;
        list = await begin(file);
      }
      failing = false;
    } catch (error) {
      if (!failing) log().warn({ err: error }, `${file} can't be written and is tried again`);
      failing = true;
      await list?.handle.close().catch(() => {});
      list = undefined;
    }
  };
  const follow = async () => {
    while (!stopped.signal.aborted) {
      await step();
      await sleep(failing ? RETRY_MS : POLL_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    }
  };
  const ended = follow();
  return {
    async stop() {
      stopped.abort();
      await ended;
      // What was changed by the last requests.
      await step();
      await list?.handle.close();
    },
  };
}

async function begin(file: string): Promise<OpenList> {
  const [first] = await run<{ id: string }>(FIRST_MIGRATION);
  const installation = first?.id ?? "";
  await keepAnothers(file, installation);
  const position = await readPosition(run);
  const { handle, bytes } = await writeList(run, file, installation);
  return { handle, room: bytes + APPENDED_MAX_BYTES, writtenAt: Date.now(), lastAt: Date.now(), position };
}

/** A start on a new, empty database must not cost the list that a restore needs. */
async function keepAnothers(file: string, installation: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return;
  const header = await readHeader(file).catch(() => undefined);
  if (header?.installation === installation) return;
  const kept = file.replace(/\.jsonl$/, `-until-${found.mtime.toISOString().replaceAll(":", "")}.jsonl`);
  await rename(file, kept);
  log().info(`The list of revocations of another database is kept as ${kept}`);
}

/** Appends what was changed. Returns false where the list is to be written anew instead. */
async function append(list: OpenList): Promise<boolean> {
  const { changed, lines, at, newest, open } = await readChanges(run, list.position);
  if (changed >= CHANGES_MAX || list.room < 0) return false;
  const now = Date.now();
  const isDue = Math.abs(now - list.lastAt) > HEARTBEAT_MS;
  if (lines || isDue) {
    const text = lines || `${JSON.stringify({ at })}\n`;
    await list.handle.writeFile(text);
    await list.handle.datasync();
    list.room -= Buffer.byteLength(text);
    list.lastAt = now;
  }
  list.position = { newest, open };
  return true;
}
