import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { z } from "zod";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * The list is a file of JSON lines: a header, one entry for each restricted or loosened key and
 * account, the SHA-256 of these lines, and entries that were appended later. The last entry with an
 * id counts. The list contains ids, timestamps and restrictions, but no secrets.
 */
const VERSION = 1;
/** The name of the list that a server with the embedded database keeps in its `DATA_DIR`. */
export const LIST_NAME = "revocations.jsonl";
/** Longer than any line: the longest line names all permissions. */
const LINE_MAX = 100_000;

const instant = z.iso.datetime({ offset: true });
const header = z.object({
  goodtake: z.literal("revocations"),
  version: z.literal(VERSION),
  installation: z.string(),
  at: instant,
});
/** Null or absent means no restriction. */
const restrictions = z.object({
  scopes: z.array(z.string()).nullable().default(null),
  allowedNetworks: z.array(z.string()).nullable().default(null),
  requestsPerMinute: z.int32().nullable().default(null),
  creditsPerMonth: z.int32().nullable().default(null),
}) satisfies z.ZodType<Restrictions>;
const checksum = z.strictObject({ sha256: z.string() });
/** Fields of later versions are ignored, so that a rollback can use their lists. */
const entry = z.union([
  z.object({
    key: z.guid(),
    /** The database's clock, read after the snapshot that the entry is from. */
    at: instant,
    revokedAt: instant.optional(),
    leakedAt: instant.optional(),
    revokesAt: instant.optional(),
    deletedAt: instant.optional(),
    expiresAt: instant.optional(),
    endsOnUse: z.boolean().optional(),
    disabledAt: instant.optional(),
    /** Absent if the key never had any, and in lists of earlier versions. */
    restrictions: restrictions.optional(),
  }),
  z.object({ account: z.guid(), at: instant, disabledAt: instant.optional(), deletedAt: instant.optional() }),
  /** Says that nothing was changed until then. */
  z.strictObject({ at: instant }),
]);

type ListHeader = z.output<typeof header>;
export type ListEntry = z.output<typeof entry>;

export function headerLine(installation: string, at: string): string {
  return `${JSON.stringify({ goodtake: "revocations", version: VERSION, installation, at } satisfies ListHeader)}\n`;
}

export function checksumLine(sha256: string): string {
  return `${JSON.stringify({ sha256 } satisfies z.output<typeof checksum>)}\n`;
}

/** @throws {OperatorError} if the file can't be read or is no list. */
export async function readHeader(file: string): Promise<ListHeader> {
  for await (const line of linesOf(file)) {
    const parsed = header.safeParse(json(line));
    if (parsed.success) return parsed.data;
    break;
  }
  throw new OperatorError(`${file} is not a list of revocations that this version can read.`);
}

/** Yields the entries in order. @throws {OperatorError} if the list is damaged or was cut off. */
export async function* readEntries(file: string): AsyncGenerator<ListEntry> {
  await readHeader(file);
  const hash = createHash("sha256");
  let place = 0;
  let whole = false;
  for await (const line of linesOf(file)) {
    place += 1;
    const value = json(line);
    const parsed = entry.safeParse(value);
    if (parsed.success) yield parsed.data;
    else if (!whole && checksum.safeParse(value).data?.sha256 === hash.copy().digest("hex")) whole = true;
    else if (place > 1) throw new OperatorError(`${file} is damaged (line ${place}).`);
    if (!whole) hash.update(`${line}\n`);
  }
  if (!whole) throw new OperatorError(`${file} is damaged or was cut off.`);
}

/** Yields the complete lines: a crash may have cut off the last one. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let held = "";
  try {
    for await (const part of createReadStream(file, "utf8")) {
      const lines = (held + part).split("\n");
      held = lines.pop() ?? "";
      yield* lines;
      if (held.length > LINE_MAX) yield held.slice(0, LINE_MAX);
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error)
      throw new OperatorError(`${file} can't be read (${(error as NodeJS.ErrnoException).code}).`);
    throw error;
  }
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
