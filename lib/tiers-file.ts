import { readFileSync } from "node:fs";
import { z } from "zod";
import { database } from "#lib/database/client.ts";
import { env } from "#lib/env.ts";
import { DEFAULT_TIERS, type Tier } from "#lib/tiers.ts";

const tiersSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a tier's name has 1 to 32 of a-z, 0-9 and -, and starts with a letter"),
    z.strictObject({
      requestsPerMinute: z.int().min(1).max(1_000_000),
      requestsPerMonth: z.int().min(0).max(1_000_000_000).nullable(),
      signupCredits: z.int().min(0).max(1_000_000_000),
    }),
  )
  .refine((tiers) => Object.keys(tiers).length > 0, "there is no tier in it");

/** A table of tiers that can't be used. The message is one sentence that names the place. */
export class TiersError extends Error {
  override name = "TiersError";
}

/** The tiers in the JSON file, or the defaults without one. @throws {TiersError} */
export function loadTiers(file: string | undefined): Record<string, Tier> {
  if (!file) return DEFAULT_TIERS;
  const parsed = tiersSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [key] = issue?.path ?? [];
  // A record reports a bad name inside of its own issue.
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

/** The tiers of this installation, read on first use. */
export function tiers(): Record<string, Tier> {
  loaded ??= loadTiers(env().TIERS_FILE);
  return loaded;
}

/** The tier of that name. Every start checks that all tiers in use are there, see {@link checkTiers}. */
export function tierNamed(name: string): Tier {
  const tier = tiers()[name];
  if (!tier) throw new TiersError(`There is no tier "${name}".`);
  return tier;
}

/** The credits that come with a sign-up: `SIGNUP_CREDITS`, else the first tier's. */
export function signupCredits(): number {
  return env().SIGNUP_CREDITS ?? tierNamed(firstTier()).signupCredits;
}

/** The tier that sign-ups get: the first of the table. */
export function firstTier(): string {
  const [name] = Object.keys(tiers());
  if (!name) throw new TiersError("There is no tier.");
  return name;
}

/** Stops a start with a table that lacks a tier which somebody has. @throws {TiersError} */
export async function checkTiers(table = tiers()): Promise<void> {
  const used = await database().user.findMany({ distinct: ["tier"], select: { tier: true }, orderBy: { tier: "asc" } });
  const missing = used.find(({ tier }) => !Object.hasOwn(table, tier));
  if (missing)
    throw new TiersError(
      `${env().TIERS_FILE ? `TIERS_FILE ${env().TIERS_FILE}` : "The table of tiers"} lacks the tier "${missing.tier}", which accounts have; add it, or move them with \`npm run account -- set-tier\`.`,
    );
}
