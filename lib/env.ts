import { availableParallelism } from "node:os";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { addressesOf, parseSentinels } from "#lib/config/addresses.ts";
import { OperatorError } from "#lib/operator-error.ts";

const set = <T extends z.ZodType>(schema: T) =>
  // An empty value means "not set": that is how shells, compose files and .env files leave a variable out.
  z.preprocess((value) => (typeof value === "string" && value.trim() === "" ? undefined : value), schema);

const text = set(z.string().trim().optional());
const origin = set(
  z
    .url({ protocol: /^https?$/, error: "must be an address such as https://dashboard.example.com", abort: true })
    .refine((value) => new URL(value).pathname === "/" && !new URL(value).search, "must have no path")
    .transform((value) => new URL(value).origin)
    .optional(),
);
const whole = (min: number, max: number) => {
  const range = `must be from ${min} to ${max}`;
  return z.coerce.number("must be a whole number").int("must be a whole number").min(min, range).max(max, range);
};

const cidrs = set(
  z
    .string()
    .default("")
    .transform((list, context) =>
      list
        .split(/[\s,]+/)
        .filter(Boolean)
        .flatMap((entry) => {
          try {
            const cidr = entry.includes("/") ? entry : `${entry}/${ipaddr.parse(entry).kind() === "ipv4" ? 32 : 128}`;
            ipaddr.parseCIDR(cidr);
            return [cidr];
          } catch {
            context.addIssue(`"${entry}" is not an IP address or CIDR range`);
            return [];
          }
        }),
    ),
);

const variables = z.object({
  NODE_ENV: set(z.enum(["development", "production", "test"]).default("production")),
  PORT: set(whole(0, 65_535).default(3000)),
  HOST: set(z.string().trim().default("::")),
  DATA_DIR: text,
  DATABASE_URL: set(
    z
      .string()
      .refine(
        (value) => z.array(z.url({ protocol: /^postgres(ql)?$/ })).safeParse(addressesOf(value)).success,
        "must be an address such as postgresql://user:password@host/database or postgresql://user:password@a:5432,b:5432/database",
      )
      .optional(),
  ),
  DATABASE_POOL_SIZE: set(whole(4, 500).default(Math.min(40, Math.max(16, availableParallelism() * 4)))),
  DRAIN_SECONDS: set(whole(1, 3_600).default(75)),
  REDIS_URL: set(
    z
      .string()
      .refine(
        (value) => z.url({ protocol: /^rediss?$/ }).safeParse(value).success || parseSentinels(value) !== undefined,
        "must be an address such as redis://user:password@host:6379/0 or redis+sentinel://host:26379,host:26379/service",
      )
      .optional(),
  ),
  ROLE: set(z.enum(["all", "api", "dashboard"]).default("all")),
  PUBLIC_URL: origin,
  API_URL: origin,
  AUTH_SECRET: set(
    z
      .string()
      .min(32, "must have at least 32 characters, for example the output of `openssl rand -hex 33`")
      .refine(
        (value) => !/change|example|secret|your|replace/i.test(value),
        "is an example value; make one with `openssl rand -hex 33`",
      )
      .refine((value) => new Set(value).size >= 10, "is too easy to guess; make one with `openssl rand -hex 33`")
      .optional(),
  ),
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: set(
    z
      .base64("must be base64; make one with `openssl rand -base64 32`")
      .refine(
        (value) => [16, 24, 32].includes(Buffer.from(value, "base64").length),
        "must be 16, 24 or 32 bytes in base64; make one with `openssl rand -base64 32`",
      )
      .optional(),
  ),
  TRUSTED_PROXIES: cidrs,
  SIGN_UP: set(z.enum(["open", "closed", "providers"]).optional()),
  ARK_API_KEY: text,
  ARK_BASE_URL: set(
    z
      .url({ protocol: /^https?$/, error: "must be an http or https address" })
      .default("https://ark.ap-southeast.bytepluses.com/api/v3")
      .transform((value) => value.replace(/\/+$/, "")),
  ),
  TIERS_FILE: text,
  SIGNUP_CREDITS: set(whole(0, 1_000_000_000).optional()),
  METRICS_TOKEN: set(z.string().min(16, "must have at least 16 characters").optional()),
  MAX_ACTIVE_KEYS: set(whole(1, 1_000_000).default(1000)),
  MAX_KEYS: set(whole(1, 1_000_000_000).default(100_000)),
  ACTIVITY_DAYS: set(whole(1, 36_500).default(400)),
  SUPPORT_URL: set(z.url({ protocol: /^(https?|mailto)$/, error: "must be an https or mailto address" }).optional()),
  LOG_LEVEL: set(z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info")),
  GITHUB_ID: text,
  GITHUB_SECRET: text,
  GOOGLE_ID: text,
  GOOGLE_SECRET: text,
  OIDC_ISSUER: set(z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional()),
  OIDC_ID: text,
  OIDC_SECRET: text,
  OIDC_NAME: set(z.string().trim().max(40).default("single sign-on")),
});

/** The names of all variables that are read. */
export const VARIABLES = Object.keys(variables.shape);

const schema = variables
  .superRefine((env, context) => {
    const refuse = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    if (env.ROLE !== "all" && !env.DATABASE_URL)
      refuse("ROLE", `"${env.ROLE}" needs DATABASE_URL: other processes share its database`);
    if (env.DATABASE_URL && !env.AUTH_SECRET)
      refuse("AUTH_SECRET", "is required with DATABASE_URL; make one with `openssl rand -hex 33`");
    if (env.ARK_API_KEY && !env.SIGN_UP)
      refuse(
        "SIGN_UP",
        "must be given with ARK_API_KEY (open, closed or providers), because strangers who sign up spend real money",
      );
    for (const [id, secret] of [
      ["GITHUB_ID", "GITHUB_SECRET"],
      ["GOOGLE_ID", "GOOGLE_SECRET"],
      ["OIDC_ID", "OIDC_SECRET"],
    ] as const) {
      if (env[id] && !env[secret]) refuse(secret, `is required with ${id}`);
      if (env[secret] && !env[id]) refuse(id, `is required with ${secret}`);
    }
    if (Boolean(env.OIDC_ISSUER) !== Boolean(env.OIDC_ID)) refuse("OIDC_ISSUER", "goes with OIDC_ID and OIDC_SECRET");
    if (env.SIGN_UP === "providers" && !env.GITHUB_ID && !env.GOOGLE_ID && !env.OIDC_ID)
      refuse("SIGN_UP", '"providers" needs a configured provider');
  })
  .transform((env) => ({ ...env, SIGN_UP: env.SIGN_UP ?? ("open" as const) }));

export type Env = z.output<typeof schema>;

/** @throws {OperatorError} for the first bad value. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = issue?.path.join(".") ?? "";
  throw new OperatorError(
    `${name} ${issue?.code === "custom" || /^(must|is|goes|")/.test(issue?.message ?? "") ? "" : "is not valid: "}${issue?.message}.`,
  );
}

const shared = globalThis as { goodtakeEnv?: Env };

/** The environment, parsed once a process: Next's copy of this module finds on `globalThis` what the start has accepted. */
export function env(): Env {
  // The dashboard's process gets what the process that starts it has accepted.
  const { DASHBOARD_ENV } = process.env;
  shared.goodtakeEnv ??= DASHBOARD_ENV ? (JSON.parse(DASHBOARD_ENV) as Env) : parseEnv(process.env);
  return shared.goodtakeEnv;
}
