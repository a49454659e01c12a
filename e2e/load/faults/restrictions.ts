import type { Random } from "#e2e/load/random.ts";
import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";

/**
 * Restrictions that the load satisfies: it comes from 127.0.0.1 and needs the scope that exists.
 */
const NARROW = { scopes: [], allowedNetworks: ["203.0.113.0/24"], requestsPerMinute: 5, creditsPerMonth: 0 };
/** Restrictions that the load doesn't satisfy. */
const WIDE = {
  scopes: ["images:write"],
  allowedNetworks: ["203.0.113.0/24", "127.0.0.0/8"],
  requestsPerMinute: 1_000_000,
  creditsPerMonth: 1_000_000,
};
const NAMES = Object.keys(NARROW) as (keyof Restrictions)[];
const SCOPE = "images:write";

export type Asked = { cost: number; scope: boolean };
/** `code` is an error's code, or null for a request that succeeded. */
export type Answered = { code: string | null; policy: string };

export const queryOf = ({ cost, scope }: Asked): string => `cost=${cost}${scope ? `&scope=${SCOPE}` : ""}`;

/** Chooses restrictions of which the load violates at most one. */
export function drawRestrictions(random: Random): Restrictions {
  const narrow = random.pick([...NAMES, null]);
  const drawn = NAMES.map((name) => [name, name === narrow ? NARROW[name] : random.pick([null, WIDE[name]])]);
  return { ...UNRESTRICTED, ...Object.fromEntries(drawn) };
}

/** Returns the restriction that the load violates. */
export function narrowOf(restrictions: Restrictions): keyof Restrictions | undefined {
  return NAMES.find((name) => restrictions[name] === NARROW[name]);
}

/** Describes how a response to a valid key contradicts its restrictions. */
export function contradiction(
  restrictions: Restrictions,
  { cost, scope }: Asked,
  answer: Answered,
): string | undefined {
  const narrow = narrowOf(restrictions);
  const expected =
    (narrow === "allowedNetworks" && "unauthorized") ||
    (narrow === "scopes" && scope && "insufficient_scope") ||
    (narrow === "creditsPerMonth" && cost > 0 && "forbidden") ||
    null;
  const isLimited = narrow === "requestsPerMinute" && answer.code === "rate_limit_exceeded";
  if (answer.code !== expected && !isLimited)
    return `was answered ${answer.code ?? "204"} in place of ${expected ?? "204"}`;
  const limit = /"key";q=(\d+)/.exec(answer.policy)?.[1] ?? null;
  const wanted = restrictions.requestsPerMinute?.toString() ?? null;
  if (answer.code !== "unauthorized" && limit !== wanted) return `had the limit ${limit}, not ${wanted}`;
  return undefined;
}
