import { readFileSync } from "node:fs";
import { z } from "zod";
import { env } from "#lib/config/env.ts";
import { BUILT_IN_SCOPES, type Scope } from "#lib/config/scopes.ts";
import { log } from "#lib/log.ts";
import { OperatorError } from "#lib/operator-error.ts";

const SCOPES_MAX = 100;
const REREAD_INTERVAL_MS = 10_000;

const name = z
  .string()
  .max(64, "a permission's name must have at most 64 characters")
  .regex(
    /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/,
    'a permission\'s name must look like "images:write": a-z, 0-9, - and one colon',
  );

const scopesSchema = z
  .array(
    z.strictObject({
      name,
      title: z.string().trim().min(1).max(80),
      description: z.string().trim().min(1).max(300),
      implies: z.array(name).max(SCOPES_MAX).default([]),
    }),
    "it must be a list",
  )
  .max(SCOPES_MAX, `it has more than ${SCOPES_MAX} permissions`)
  .superRefine((list, context) => {
    const reject = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
    const table = new Map(merge(list).map((scope) => [scope.name, scope]));
    const firstPlaces = new Map<string, number>();
    for (const [i, scope] of list.entries()) {
      const first = firstPlaces.get(scope.name);
      if (first !== undefined) return reject([i, "name"], `"${scope.name}" is already defined at ${first}`);
      firstPlaces.set(scope.name, i);
      for (const [j, implied] of scope.implies.entries())
        if (!table.has(implied)) return reject([i, "implies", j], `there is no permission "${implied}"`);
    }
    for (const [i, scope] of list.entries()) {
      const cycle = cycleFrom(scope.name, table);
      if (cycle) return reject([i, "implies"], `"${scope.name}" implies itself: ${cycle.join(" → ")}`);
    }
  });

/** The file of permissions is invalid. The message is one sentence that names the place. */
export class ScopesError extends OperatorError {
  override name = "ScopesError";
}

/**
 * Reads permissions from a JSON file and adds them to the built-in ones. An entry replaces a
 * built-in permission with the same name.
 *
 * @throws {ScopesError}
 */
export function loadScopes(file: string | undefined): Scope[] {
  if (!file) return BUILT_IN_SCOPES;
  const parsed = scopesSchema.safeParse(readJson(file));
  if (parsed.success) return merge(parsed.data);
  const [issue] = parsed.error.issues;
  const place = issue?.path.length ? ` at ${issue.path.join(".")}` : "";
  throw new ScopesError(`SCOPES_FILE ${file}${place}: ${issue?.message}.`);
}

function merge(list: Scope[]): Scope[] {
  const names = new Set(BUILT_IN_SCOPES.map((scope) => scope.name));
  const replaced = BUILT_IN_SCOPES.map((scope) => list.find((other) => other.name === scope.name) ?? scope);
  return [...replaced, ...list.filter((scope) => !names.has(scope.name))];
}

/** Returns the names on a path from a permission back to itself, if there is one. */
function cycleFrom(start: string, table: Map<string, Scope>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (at: string, way: string[]): string[] | undefined => {
    for (const next of table.get(at)?.implies ?? []) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is not JSON (${error.message})` : "can't be read";
    throw new ScopesError(`SCOPES_FILE ${file} ${reason}.`);
  }
}

let loaded: Scope[] | undefined;
const namesOf = new WeakMap<Scope[], ReadonlySet<string>>();
let rereadAt = Number.NEGATIVE_INFINITY;

/** Returns this installation's permissions, which are read on first use. */
export function scopes(): Scope[] {
  loaded ??= loadScopes(env().SCOPES_FILE);
  return loaded;
}

/**
 * Returns the permissions after reading the file again, at most once in 10 s. For pages and unknown
 * names. An invalid file is logged and changes nothing.
 */
export function recentScopes(): Scope[] {
  const { SCOPES_FILE } = env();
  if (!SCOPES_FILE || performance.now() - rereadAt < REREAD_INTERVAL_MS) return scopes();
  rereadAt = performance.now();
  try {
    loaded = loadScopes(SCOPES_FILE);
  } catch (error) {
    if (!(error instanceof ScopesError)) throw error;
    log().error(`${error.message} The permissions stay unchanged.`);
  }
  return scopes();
}

/**
 * Tells whether a permission exists. Reads the file again for an unknown one, at most once in 10 s.
 */
export function isScope(name: string): boolean {
  return names(scopes()).has(name) || names(recentScopes()).has(name);
}

function names(table: Scope[]): ReadonlySet<string> {
  const known = namesOf.get(table) ?? new Set(table.map((scope) => scope.name));
  namesOf.set(table, known);
  return known;
}
