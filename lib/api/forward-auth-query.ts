import { z } from "@hono/zod-openapi";
import { ApiError } from "#lib/api/errors.ts";

const COST_MAX = 1_000;

/** Rejects unknown parameters: a misspelled cost would be free. */
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
      description: "Credits that the request costs. More than 0 counts as one of the month's requests, too.",
    }),
  limited: z
    .literal("403", 'must be "403"')
    .optional()
    .meta({ description: "Answers 403 in place of 429, for gateways that know no other." }),
});

/** @throws {ApiError} if a parameter isn't valid or is given twice. */
export function readCost(query: URLSearchParams): number {
  const values = Object.fromEntries(
    [...query.keys()].map((name) => {
      const all = query.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }),
  );
  const parsed = forwardAuthQuery.safeParse(values);
  if (parsed.success) return parsed.data.cost;
  const [issue] = parsed.error.issues;
  throw new ApiError(
    "invalid_request",
    issue?.code === "unrecognized_keys"
      ? `${JSON.stringify(issue.keys[0]?.slice(0, 100))} is not a known parameter`
      : `${issue?.path.join(".")} ${issue?.message}`,
  );
}
