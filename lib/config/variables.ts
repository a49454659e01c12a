import { availableParallelism } from "node:os";
import { z } from "zod";
import { addressesOf, parseSentinels } from "#lib/config/addresses.ts";
import { isSmtpAddress, parseSender } from "#lib/config/mail-addresses.ts";
import { cidrs, origin, text, variable, webAddress, whole } from "#lib/config/values.ts";

const ADDRESSES = {
  PORT: variable(whole(0, 65_535).default(3000), { description: "The port to listen on." }),
  HOST: variable(z.string().trim().default("::"), {
    description: "The address to listen on. `::` is every address of the machine, IPv4 included.",
    values: "an IP address or host name",
  }),
  PUBLIC_URL: origin({
    description:
      "The dashboard's address as users type it. Without it, only `localhost` and IP addresses are answered. " +
      "The callback address to register with a sign-in provider is this address followed by " +
      "`/api/auth/callback/github`, `/api/auth/callback/google` or `/api/auth/callback/oidc`.",
    needed: "every installation that is reached by a host name",
    example: "https://dashboard.example.com",
  }),
  API_URL: origin({
    description: "The base address of the API in examples and in downloaded `.env` files.",
    needed: "installations whose API has a host name of its own",
    unset: "the dashboard's address",
    example: "https://api.example.com",
  }),
  TRUSTED_PROXIES: variable(cidrs(), {
    description:
      "The proxies whose `X-Forwarded-For` is believed. A private proxy that is missing here makes all clients " +
      "behind it count as one; the log names its address once.",
    needed: "every installation behind a proxy",
    unset: "none",
    values: "IP addresses and CIDR ranges, separated by commas or spaces",
    example: "10.0.0.0/8",
  }),
};

const DATA_AND_PROCESSES = {
  DATA_DIR: text({
    description:
      "The folder of the embedded database, its log and the session secret. A relative path starts at the project's folder.",
    needed: "one-machine installations that keep data apart from the program",
    unset:
      "`./data`; for root a folder `/var/lib/goodtake-` and 8 digits made of the project's path, because PostgreSQL doesn't run as root",
    values: "a path",
    example: "./data",
  }),
  DATABASE_URL: variable(
    z
      .string()
      .refine(
        (value) => z.array(z.url({ protocol: /^postgres(ql)?$/ })).safeParse(addressesOf(value)).success,
        "must be an address such as postgresql://user:password@host/database or postgresql://user:password@a:5432,b:5432/database",
      )
      .optional(),
    {
      description:
        "A PostgreSQL server, version 15 or newer. Of several hosts (`postgresql://user:password@a:5432,b:5432/database`) " +
        "the one that is the primary is used.",
      needed: "installations with more than one process, or with a PostgreSQL of their own",
      unset: "none; an embedded PostgreSQL is started in `DATA_DIR`",
      values: "a `postgresql://` address",
      example: "postgresql://goodtake:password@localhost:5432/goodtake",
    },
  ),
  DATABASE_POOL_SIZE: variable(whole(4, 500).default(Math.min(40, Math.max(16, availableParallelism() * 4))), {
    description:
      "The maximum number of database connections that a server opens. With `ROLE=all` a third of them is the dashboard's. " +
      "Keep the sum over all servers below PostgreSQL's `max_connections`.",
    needed: "installations with several processes on one PostgreSQL",
    unset: "four for each core, at least 16 and at most 40",
    example: "16",
  }),
  AUTH_SECRET: variable(
    z
      .string()
      .min(32, "must have at least 32 characters, for example the output of `openssl rand -hex 33`")
      .refine(
        (value) => !/change|example|secret|your|replace/i.test(value),
        "is an example value; make one with `openssl rand -hex 33`",
      )
      .refine((value) => new Set(value).size >= 10, "is too easy to guess; make one with `openssl rand -hex 33`")
      .optional(),
    {
      description:
        "The secret that encrypts session cookies, the same in all processes. Make one with `openssl rand -hex 33`.",
      needed: "every installation with `DATABASE_URL`",
      unset: "made once in `DATA_DIR` for an embedded database",
      values: "at least 32 characters",
      example: "",
    },
  ),
  REDIS_URL: variable(
    z
      .string()
      .refine(
        (value) => z.url({ protocol: /^rediss?$/ }).safeParse(value).success || parseSentinels(value) !== undefined,
        "must be an address such as redis://user:password@host:6379/0 or redis+sentinel://host:26379,host:26379/service",
      )
      .optional(),
    {
      description:
        "A Redis that counts rate limits for all API processes together, or Sentinels that name its master: " +
        "`redis+sentinel://[user:password@]host:26379,host:26379/service[/database]`.",
      needed: "installations with more than one API process",
      unset: "none; each process counts in memory",
      values: "a `redis://`, `rediss://` or `redis+sentinel://` address",
      example: "redis://localhost:6379",
    },
  ),
  ROLE: variable(z.enum(["all", "api", "dashboard"]).default("all"), {
    description:
      "What a process serves: `api` the API without loading Next.js, `dashboard` the pages, `all` both. " +
      "`api` and `dashboard` need `DATABASE_URL`.",
    needed: "installations with more than one process",
  }),
  DRAIN_SECONDS: variable(whole(1, 3_600).default(75), {
    description:
      "How long SIGTERM waits for images that are being drawn, in seconds. A supervisor must wait 15 s longer before it kills.",
  }),
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: variable(
    z
      .base64("must be base64; make one with `openssl rand -base64 32`")
      .refine(
        (value) => [16, 24, 32].includes(Buffer.from(value, "base64").length),
        "must be 16, 24 or 32 bytes in base64; make one with `openssl rand -base64 32`",
      )
      .optional(),
    {
      description:
        "The key that makes builds of the same sources exchangeable. Make one with `openssl rand -base64 32`, before the build.",
      needed: "dashboards behind one address that are each built where they run",
      unset: "made by the build",
      values: "16, 24 or 32 bytes in base64",
      example: "",
    },
  ),
};

const SIGN_IN = {
  SIGN_UP: variable(z.enum(["open", "closed", "providers"]).optional(), {
    description:
      "Who may create an account: everybody (`open`), nobody (`closed`) or users of a sign-in provider (`providers`).",
    needed: "every installation with `ARK_API_KEY`, because requests of strangers then cost money",
    unset: "`open`",
    example: "open",
  }),
  SUPPORT_URL: variable(
    z.url({ protocol: /^(https?|mailto)$/, error: "must be an https or mailto address" }).optional(),
    {
      description:
        "The support address. The message about `MAX_KEYS` links to it, and without `SMTP_URL` **Forgot password?** does, too.",
      values: "an https, http or mailto address",
      example: "mailto:support@example.com",
    },
  ),
  GITHUB_ID: text({ description: "The client id for sign-in with GitHub.", needed: "sign-in with GitHub" }),
  GITHUB_SECRET: text({ description: "The client secret for sign-in with GitHub.", needed: "sign-in with GitHub" }),
  GOOGLE_ID: text({ description: "The client id for sign-in with Google.", needed: "sign-in with Google" }),
  GOOGLE_SECRET: text({ description: "The client secret for sign-in with Google.", needed: "sign-in with Google" }),
  OIDC_ISSUER: variable(webAddress().optional(), {
    description: "The issuer's address, for sign-in with any OpenID provider.",
    needed: "sign-in with an OpenID provider",
    values: "an http or https address",
    example: "https://id.example.com",
  }),
  OIDC_ID: text({ description: "The client id at the OpenID provider.", needed: "sign-in with an OpenID provider" }),
  OIDC_SECRET: text({
    description: "The client secret at the OpenID provider.",
    needed: "sign-in with an OpenID provider",
  }),
  OIDC_NAME: variable(z.string().trim().max(40).default("single sign-on"), {
    description: "The OpenID provider's name on the sign-in button.",
    values: "at most 40 characters",
    example: "Example ID",
  }),
};

const MAIL = {
  SMTP_URL: variable(
    z
      .string()
      .refine(
        isSmtpAddress,
        "must be an address such as smtp://user:password@host:587 or smtps://user:password@host:465",
      )
      .optional(),
    {
      description:
        "The mail server. Set it to the same value for every process. `smtps://` uses TLS from the start. `smtp://` uses " +
        "STARTTLS if the server offers it, requires it to send a password, and never uses it for a server on this machine " +
        "(`localhost`). Percent-encode special characters in the password (`%40` for `@`). To trust a private certificate " +
        "authority, set `NODE_EXTRA_CA_CERTS`. `SMTP_URL` also requires `MAIL_FROM` and `PUBLIC_URL`.",
      needed: "installations that send email",
      unset: "none; no email is sent",
      values: "an `smtp://` or `smtps://` address",
      example: "smtp://user:password@smtp.example.com:587",
    },
  ),
  MAIL_FROM: variable(
    z
      .string()
      .trim()
      .refine((value) => parseSender(value) !== undefined, "must be a sender such as GoodTake <keys@example.com>")
      .optional(),
    {
      description: "The sender of every email.",
      needed: "installations with `SMTP_URL`",
      values: "an email address, or a name followed by an email address in `<` and `>`",
      example: "GoodTake <keys@example.com>",
    },
  ),
  REQUIRE_VERIFIED_EMAIL: variable(
    z
      .enum(["true", "false"])
      .default("false")
      .transform((value) => value === "true"),
    {
      description:
        "If `true`, users can't create, rotate or enable API keys until they verify their email address. Existing keys keep " +
        "working. Requires `SMTP_URL`.",
    },
  ),
};

const IMAGES = {
  ARK_API_KEY: text({
    description: "The key for BytePlus ModelArk, which draws the images.",
    needed: "installations that sell real images",
    unset: "none; a built-in sandbox draws the images",
  }),
  ARK_BASE_URL: variable(
    webAddress()
      .default("https://ark.ap-southeast.bytepluses.com/api/v3")
      .transform((value) => value.replace(/\/+$/, "")),
    { description: "The base address of BytePlus ModelArk.", values: "an http or https address" },
  ),
};

const LIMITS = {
  MAX_ACTIVE_KEYS: variable(whole(1, 1_000_000).default(1000), {
    description: "The maximum number of active keys that an account has at the same time.",
  }),
  MAX_KEYS: variable(whole(1, 1_000_000_000).default(100_000), {
    description: "The maximum number of keys that an account ever makes, revoked and deleted ones included.",
  }),
  IDLE_DISABLE_DAYS: variable(
    whole(
      31,
      3_650,
      "must be from 31 to 3650: the first email is sent 30 days before, and a key must be unused by then",
    ).optional(),
    {
      description:
        "The number of days after which an unused key is disabled. Its owner gets an email 30, 7 and 1 days before, so this " +
        "requires `SMTP_URL`. Keys of accounts without a verified address are never disabled. The days count from the latest " +
        "of these events: the key was created, used or enabled, this variable was first set, or the database was restored. " +
        "Set it to the same value for every process.",
      needed: "installations that want to disable forgotten keys",
      unset: "none; unused keys keep working",
      example: "180",
    },
  ),
  MAX_KEY_LIFETIME_DAYS: variable(whole(1, 36_500).optional(), {
    description:
      "The maximum number of days from a key's creation to its expiry. Existing keys keep their expiry, and key health lists " +
      "those that exceed the limit. Decoys never expire.",
    unset: "no limit",
    example: "365",
  }),
  TIERS_FILE: text({
    description:
      "A JSON file that replaces the built-in tiers `free`, `pro` and `scale`. Each tier has `requestsPerMinute` and " +
      "`requestsPerMonth` (`null` is no limit) and `signupCredits`. New accounts get the first one.",
    unset: "none; the built-in tiers",
    values: "a path",
    example: "./tiers.json",
  }),
  SCOPES_FILE: text({
    description:
      "A JSON file with an array of at most 100 permissions for keys. They are added to the built-in `images:write`, which " +
      "an entry with that name replaces. Each entry has a `name` (such as `videos:write`), a `title`, a `description` and " +
      "optionally `implies`, an array of the names that it includes. The server reads the file again when a request names " +
      "an unknown permission.",
    needed: "installations whose gateway checks permissions",
    unset: "none; the built-in permission",
    values: "a path",
    example: "./scopes.json",
  }),
  SIGNUP_CREDITS: variable(whole(0, 1_000_000_000).optional(), {
    description: "The credits that a new account gets.",
    unset: "the first tier's `signupCredits`",
    example: "100",
  }),
};

const LEAKS = {
  GITHUB_SECRET_SCANNING_KEYS_FILE: text({
    description:
      "A JSON file with the public keys that verify GitHub's leak reports, in the format of " +
      "`https://api.github.com/meta/public_keys/secret_scanning`.",
    needed: "GitHub secret scanning partners whose servers can't reach that address",
    unset: "none; the keys are fetched from GitHub when its first report arrives, and kept for 24 hours",
    values: "a path",
  }),
};

const RECORDS = {
  // A week, because unconfirmed writes and `Idempotency-Key` (24 h) look up a charge by its id.
  LEDGER_DETAIL_DAYS: variable(whole(7, 36_500).default(90), {
    description:
      "How long single charges are kept, in days. Older ones are added up by day and key; the balance stays their sum.",
  }),
  ACTIVITY_DAYS: variable(whole(1, 36_500).default(400), { description: "How long activity is kept, in days." }),
  LOG_LEVEL: variable(z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"), {
    description:
      "What is logged. `debug` adds a line for every request; `warn` and every level below it have a line for each 5xx.",
  }),
  METRICS_TOKEN: variable(z.string().min(16, "must have at least 16 characters").optional(), {
    description: "The token that `GET /metrics` wants as `Authorization: Bearer …`.",
    needed: "installations that are watched by Prometheus",
    unset: "none; `/metrics` answers 404",
    values: "at least 16 characters",
    example: "",
  }),
};

/**
 * Every variable that an operator sets, by the heading that documentation shows it under. After a
 * change, `npm run configuration` writes `docs/configuration.md` and `.env.example` anew.
 */
export const VARIABLES_BY_HEADING = {
  Addresses: ADDRESSES,
  "Data and processes": DATA_AND_PROCESSES,
  "Sign-in": SIGN_IN,
  Mail: MAIL,
  Images: IMAGES,
  "Limits and credits": LIMITS,
  "Leak reports": LEAKS,
  "Records and monitoring": RECORDS,
};

export const variables = z.object({
  ...ADDRESSES,
  ...DATA_AND_PROCESSES,
  ...SIGN_IN,
  ...MAIL,
  ...IMAGES,
  ...LIMITS,
  ...LEAKS,
  ...RECORDS,
});
