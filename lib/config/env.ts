import { z } from "zod";
import { unsetIfEmpty } from "#lib/config/values.ts";
import { variables } from "#lib/config/variables.ts";
import { onceAProcess } from "#lib/once-a-process.ts";
import { OperatorError } from "#lib/operator-error.ts";

const NEEDED_BY_MAIL = { PUBLIC_URL: "emails link to it", MAIL_FROM: "emails need a sender" };

const schema = variables
  // Set by the entry points, not by the operator.
  .extend({ NODE_ENV: unsetIfEmpty(z.enum(["development", "production", "test"]).default("production")) })
  .superRefine((env, context) => {
    const reject = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    if (env.ROLE !== "all" && !env.DATABASE_URL)
      reject("ROLE", `"${env.ROLE}" needs DATABASE_URL: other processes share its database`);
    if (env.DATABASE_URL && !env.AUTH_SECRET)
      reject("AUTH_SECRET", "is required with DATABASE_URL; make one with `openssl rand -hex 33`");
    if (env.ARK_API_KEY && !env.SIGN_UP)
      reject(
        "SIGN_UP",
        "must be given with ARK_API_KEY (open, closed or providers), because strangers who sign up spend real money",
      );
    for (const name of ["PUBLIC_URL", "MAIL_FROM"] as const)
      if (env.SMTP_URL && !env[name]) reject(name, `is required with SMTP_URL: ${NEEDED_BY_MAIL[name]}`);
    if (env.REQUIRE_VERIFIED_EMAIL && !env.SMTP_URL)
      reject("REQUIRE_VERIFIED_EMAIL", "needs SMTP_URL: users verify their address with a link that is emailed");
    if (env.IDLE_DISABLE_DAYS && !env.SMTP_URL)
      reject("IDLE_DISABLE_DAYS", "needs SMTP_URL: owners get an email before a key is disabled");
    for (const [id, secret] of [
      ["GITHUB_ID", "GITHUB_SECRET"],
      ["GOOGLE_ID", "GOOGLE_SECRET"],
      ["OIDC_ID", "OIDC_SECRET"],
    ] as const) {
      if (env[id] && !env[secret]) reject(secret, `is required with ${id}`);
      if (env[secret] && !env[id]) reject(id, `is required with ${secret}`);
    }
    if (Boolean(env.OIDC_ISSUER) !== Boolean(env.OIDC_ID)) reject("OIDC_ISSUER", "goes with OIDC_ID and OIDC_SECRET");
    if (env.SIGN_UP === "providers" && !env.GITHUB_ID && !env.GOOGLE_ID && !env.OIDC_ID)
      reject("SIGN_UP", '"providers" needs a configured provider');
  })
  .transform((env) => ({ ...env, SIGN_UP: env.SIGN_UP ?? ("open" as const) }));

export type Env = z.output<typeof schema>;

/** Parses the environment. @throws {OperatorError} for the first bad value. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = issue?.path.join(".") ?? "";
  throw new OperatorError(
    `${name} ${issue?.code === "custom" || /^(must|is|goes|")/.test(issue?.message ?? "") ? "" : "is not valid: "}${issue?.message}.`,
  );
}

/** Returns the environment, parsed once a process. */
export const env = onceAProcess("goodtakeEnv", (): Env => {
  // The dashboard's process gets the values that its parent has parsed.
  const { DASHBOARD_ENV } = process.env;
  return DASHBOARD_ENV ? JSON.parse(DASHBOARD_ENV) : parseEnv(process.env);
});
