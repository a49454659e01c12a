import { readFileSync } from "node:fs";
import { z } from "zod";
import { env } from "#lib/config/env.ts";
import { DEFAULT_TIERS, KEY_POLICY, type Tier } from "#lib/config/tiers.ts";
import { database } from "#lib/database/client.ts";
import { log } from "#lib/log.ts";
import { OperatorError } from "#lib/operator-error.ts";

/** The largest integer of a structured header field (RFC 9651), such as `RateLimit`. */
const REQUESTS_MAX = 999_999_999_999_999;
const REREAD_INTERVAL_MS = 10_000;
/** Accounts whose last limits are remembered. */
const REMEMBERED_MAX = 10_000;

const tiersSchema = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, "a tier's name has 1 to 32 of a-z, 0-9 and -, and starts with a letter")
      .refine((name) => name !== KEY_POLICY, `"${KEY_POLICY}" names a key's own limit and can't name a tier`),
    z.strictObject({
      requestsPerMinute: z.int().min(1).max(REQUESTS_MAX).nullable(),
      requestsPerMonth: z.int().min(0).max(1_000_000_000).nullable(),
      signupCredits: z.int().min(0).max(1_000_000_000),
    }),
  )
  .refine((tiers) => Object.keys(tiers).length > 0, "there is no tier in it");

/** The tiers can't be used. The message is one sentence that names the place. */
export class TiersError extends OperatorError {
  override name = "TiersError";
}

/** Reads the tiers of the JSON file; returns the defaults without one. @throws {TiersError} */
export function loadTiers(file: string | undefined): Record<string, Tier> {
  if (!file) return DEFAULT_TIERS;
  const parsed = tiersSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [key] = issue?.path ?? [];
  // Zod reports a bad name of a record inside of its own issue.
  const reason = issue?.code === "invalid_key" ? issue.issues[0]?.message : issue?.message;
  throw new TiersError(`TIERS_FILE ${file}${key === undefined ? "" : ` at ${issue?.path.join(".")}`}: ${reason}.`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is not JSON (${error.message})` : "can't be read";
    throw new TiersError(`TIERS_FILE ${file} ${reason}.`);
  }
}

let loaded: Record<string, Tier> | undefined;
let rereadAt = Number.NEGATIVE_INFINITY;
/** The last known limits of accounts. */
const lastLimits = new Map<string, Tier>();

/** Returns the tiers of this installation, read on first use. */
export function tiers(): Record<string, Tier> {
  loaded ??= loadTiers(env().TIERS_FILE);
  return loaded;
}

/**
 * Returns the limits of an account with the tier of this name. An unknown name makes a running
 * server read the file again. If the name stays unknown, the account keeps its last limits in this
 * process, or gets those of the first tier.
 */
export function tierOf(userId: string, name: string): Tier {
  if (!Object.hasOwn(tiers(), name)) reread(name);
  const table = tiers();
  if (!Object.hasOwn(table, name)) return lastLimits.get(userId) ?? (table[firstTier()] as Tier);
  const tier = table[name] as Tier;
  if (lastLimits.get(userId) !== tier) {
    if (lastLimits.size >= REMEMBERED_MAX) lastLimits.clear();
    lastLimits.set(userId, tier);
  }
  return tier;
}

/** Keeps tiers that the file no longer has, because accounts may have them. */
function reread(name: string): void {
  if (performance.now() - rereadAt < REREAD_INTERVAL_MS) return;
  rereadAt = performance.now();
  try {
    const table = loadTiers(env().TIERS_FILE);
    loaded = { ...table, ...loaded, ...table };
    if (!Object.hasOwn(table, name))
      log().error(`There is no tier "${name}"; its accounts keep the limits they had, or get those of the first tier.`);
  } catch (error) {
    if (!(error instanceof TiersError)) throw error;
    log().error(`${error.message} The limits stay as they were.`);
  }
}

/** Returns the credits of a new account: `SIGNUP_CREDITS`, or the first tier's. */
export function signupCredits(): number {
  return env().SIGNUP_CREDITS ?? tiers()[firstTier()]?.signupCredits ?? 0;
}

/** Returns the name of the tier of new accounts, the first one. */
export function firstTier(): string {
  const [name] = Object.keys(tiers());
  if (!name) throw new TiersError("There is no tier.");
  return name;
}

/** Checks that no account has a tier that is missing. @throws {TiersError} */
export async function checkTiers(table = tiers()): Promise<void> {
  const used = await database().user.findMany({ distinct: ["tier"], select: { tier: true }, orderBy: { tier: "asc" } });
  const missing = used.find(({ tier }) => !Object.hasOwn(table, tier));
  if (missing)
    throw new TiersError(
      `${env().TIERS_FILE ? `TIERS_FILE ${env().TIERS_FILE}` : "The table of tiers"} lacks the tier "${missing.tier}", which accounts have; add it, or move them with \`npm run account -- set-tier\`.`,
    );
}
