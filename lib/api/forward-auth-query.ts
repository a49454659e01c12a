import { z } from "@hono/zod-openapi";
import { ApiError } from "#lib/api/errors.ts";
import { isScope } from "#lib/config/scopes-file.ts";
import { remembered } from "#lib/text/remembered.ts";

const COST_MAX = 1_000;
/** Longer queries are parsed each time, because clients could fill the memory with them. */
const REMEMBERED_LENGTH_MAX = 500;

/**
 * Rejects unknown parameters: a misspelled `cost` would charge nothing, and a misspelled `scope`
 * would check nothing.
 */
export const forwardAuthQuery = z.strictObject({
  cost: z
    .string("must be given once")
    .regex(/^\d{1,4}$/, `must be a whole number from 0 to ${COST_MAX}`)
    .transform(Number)
    .refine((cost) => cost <= COST_MAX, `must be a whole number from 0 to ${COST_MAX}`)
    .default(0)
    .meta({
      type: "integer",
      minimum: 0,
      maximum: COST_MAX,
      default: 0,
      description: "Credits to charge when the request is accepted. More than 0 also counts toward the monthly quota.",
    }),
  scope: z
    .string("must be given once")
    .transform((names) => names.split(" ").filter(Boolean))
    .refine((names) => names.length > 0, "must not be empty")
    .optional()
    .meta({
      type: "string",
      example: "images:write",
      description: "Permissions that the key needs, separated by spaces. It must have all of them.",
    }),
  limited: z
    .literal("403", 'must be "403"')
    .optional()
    .meta({ description: "Answers 403 instead of 429, for gateways that don't support 429." }),
});

/** A parameter is invalid. `problem` doesn't contain its value, which may be a secret. */
export class ParameterError extends ApiError {
  readonly parameter: string;
  readonly problem: string;

  constructor(parameter: string, problem: string, message = `${parameter} ${problem}`) {
    super("invalid_request", message);
    this.parameter = parameter;
    this.problem = problem;
  }
}

/**
 * @throws {ParameterError} if a parameter isn't valid or given twice, or a permission is unknown.
 */
export function readQuery(query: string): { cost: number; scope: readonly string[] } {
  const parsed = query.length > REMEMBERED_LENGTH_MAX ? parse(query) : parsedQuery(query);
  const unknown = parsed.scope.find((name) => !isScope(name));
  if (unknown === undefined) return parsed;
  const shown = JSON.stringify(unknown.slice(0, 100));
  throw new ParameterError("scope", "names a permission that doesn't exist", `scope: there is no permission ${shown}`);
}

// Remembers parsed queries, because a gateway sends the same few. Invalid ones throw and aren't
// kept.
const parsedQuery = remembered(parse);

function parse(query: string): { cost: number; scope: readonly string[] } {
  const parameters = new URLSearchParams(query);
  const values = Object.fromEntries(
    [...parameters.keys()].map((name) => {
      const all = parameters.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }),
  );
  const parsed = forwardAuthQuery.safeParse(values);
  if (parsed.success) return { cost: parsed.data.cost, scope: parsed.data.scope ?? [] };
  const [issue] = parsed.error.issues;
  if (issue?.code !== "unrecognized_keys") throw new ParameterError(String(issue?.path[0]), String(issue?.message));
  const [name = ""] = issue.keys;
  throw new ParameterError(
    name,
    "is not a known parameter",
    `${JSON.stringify(name.slice(0, 100))} is not a known parameter`,
  );
}
