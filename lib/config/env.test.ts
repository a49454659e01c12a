import { mkdtemp } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { authSecret } from "#lib/auth/auth-secret.ts";
import { parseEnv } from "#lib/config/env.ts";
import { OperatorError } from "#lib/operator-error.ts";

const AUTH_SECRET = "yLzQ8m2pRk4vWx7nTb1dHc5jFg9sAe3u";
const DATABASE_URL = "postgresql://user:hunter2@db/goodtake";
const MAIL = {
  SMTP_URL: "smtp://user:hunter2@mail.example.com:587",
  PUBLIC_URL: "https://dashboard.example.com",
  MAIL_FROM: "GoodTake <keys@example.com>",
};

test("a secret that we make is never taken for an example value, and is made once", async () => {
  const { directory, remove } = await temporaryDirectory();
  for (let made = 0; made < 200; made += 1) {
    const folder = await mkdtemp(path.join(directory, "data-"));
    const secret = await authSecret(folder);
    // No word of an example value can be spelled with these.
    expect(secret).toMatch(/^[0-9a-f]{66}$/);
    expect(parseEnv({ AUTH_SECRET: secret }).AUTH_SECRET).toBe(secret);
    expect(await authSecret(folder)).toBe(secret);
  }
  await remove();
});

test("an empty value is no value", () => {
  expect(parseEnv({ PORT: "", DATABASE_URL: " ", SIGN_UP: "", TRUSTED_PROXIES: "" })).toEqual(parseEnv({}));
});

test.each([
  [{ PORT: "99999" }, "PORT must be from 0 to 65535."],
  [{ DATABASE_POOL_SIZE: "1" }, "DATABASE_POOL_SIZE must be from 4 to 500."],
  [{ SIGNUP_CREDITS: "-1" }, "SIGNUP_CREDITS must be from 0 to 1000000000."],
  [{ MAX_ACTIVE_KEYS: "1.5" }, "MAX_ACTIVE_KEYS must be a whole number."],
  [{ ...MAIL, IDLE_DISABLE_DAYS: "30" }, /^IDLE_DISABLE_DAYS must be from 31 to 3650: .* 30 days before, .*\.$/],
  [{ LEDGER_DETAIL_DAYS: "6" }, "LEDGER_DETAIL_DAYS must be from 7 to 36500."],
])("what %o lacks is said: %s", (settings, sentence) => expect(() => parseEnv(settings)).toThrow(sentence));

test("addresses are cut down to what is used of them", () => {
  const env = parseEnv({ PUBLIC_URL: "https://Dash.Example.com:443/", TRUSTED_PROXIES: "10.0.0.1, ::1 172.16.0.0/12" });
  expect(env).toMatchObject({
    PUBLIC_URL: "https://dash.example.com",
    TRUSTED_PROXIES: ["10.0.0.1/32", "::1/128", "172.16.0.0/12"],
  });
});

describe("a bad value is one sentence that names it and doesn't repeat it", () => {
  test.each<[name: string, settings: Record<string, string>, value?: string]>([
    ["PORT", { PORT: "65536" }],
    ["PORT", { PORT: "http" }],
    ["PUBLIC_URL", { PUBLIC_URL: "dashboard.example.com" }],
    ["PUBLIC_URL", { PUBLIC_URL: "https://example.com/dashboard" }],
    ["DATABASE_URL", { DATABASE_URL: "mysql://user:hunter2@db/goodtake", AUTH_SECRET }, "hunter2"],
    ["AUTH_SECRET", { DATABASE_URL }, "hunter2"],
    ["AUTH_SECRET", { AUTH_SECRET: "tooshort" }, "tooshort"],
    ["AUTH_SECRET", { AUTH_SECRET: "change-me-change-me-change-me-change-me" }, "change-me"],
    ["AUTH_SECRET", { AUTH_SECRET: "a".repeat(40) }, "aaaa"],
    ["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY", { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: "c2hvcnQ=" }, "c2hvcnQ"],
    ["TRUSTED_PROXIES", { TRUSTED_PROXIES: "10.0.0.0/8, proxy" }],
    ["TRUSTED_PROXIES", { TRUSTED_PROXIES: "10.0.0.0/99" }],
    ["ROLE", { ROLE: "worker" }],
    ["ROLE", { ROLE: "api" }],
    ["SIGN_UP", { ARK_API_KEY: "ark-hunter2" }, "hunter2"],
    ["SIGN_UP", { SIGN_UP: "providers" }],
    ["GITHUB_SECRET", { GITHUB_ID: "id" }],
    ["GOOGLE_ID", { GOOGLE_SECRET: "hunter2" }, "hunter2"],
    ["OIDC_ISSUER", { OIDC_ID: "id", OIDC_SECRET: "hunter2" }, "hunter2"],
    ["SMTP_URL", { ...MAIL, SMTP_URL: "mail.example.com:hunter2" }, "hunter2"],
    ["SMTP_URL", { ...MAIL, SMTP_URL: "https://user:hunter2@mail.example.com" }, "hunter2"],
    ["SMTP_URL", { ...MAIL, SMTP_URL: "smtp://user:hunter2@mail.example.com/?tls=off" }, "hunter2"],
    ["SMTP_URL", { ...MAIL, SMTP_URL: "smtp://user:%E0%A4%A@mail.example.com" }, "%E0"],
    ["MAIL_FROM", { ...MAIL, MAIL_FROM: "GoodTake" }],
    ["MAIL_FROM", { ...MAIL, MAIL_FROM: "GoodTake <a@example.com>, b@example.com" }],
    ["MAIL_FROM", { ...MAIL, MAIL_FROM: "GoodTake <a@example.com>\r\nBcc: b@example.com" }],
    ["MAIL_FROM", { SMTP_URL: MAIL.SMTP_URL, PUBLIC_URL: MAIL.PUBLIC_URL }, "hunter2"],
    ["PUBLIC_URL", { SMTP_URL: MAIL.SMTP_URL, MAIL_FROM: MAIL.MAIL_FROM }, "hunter2"],
    ["REQUIRE_VERIFIED_EMAIL", { REQUIRE_VERIFIED_EMAIL: "true" }],
    ["REQUIRE_VERIFIED_EMAIL", { ...MAIL, REQUIRE_VERIFIED_EMAIL: "maybe" }],
    ["IDLE_DISABLE_DAYS", { IDLE_DISABLE_DAYS: "90" }],
    ["MAX_ACTIVE_KEYS", { MAX_ACTIVE_KEYS: "0" }],
    ["ACTIVITY_DAYS", { ACTIVITY_DAYS: "1.5" }],
    ["LOG_LEVEL", { LOG_LEVEL: "loud" }],
  ])("%s of %o", (name, settings, value = "no such text") => {
    let message = "";
    try {
      parseEnv(settings);
    } catch (error) {
      expect(error).toBeInstanceOf(OperatorError);
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^${name} .*[^.]\\.$`));
    expect(message).not.toContain(value);
    expect(message).not.toContain("\n");
  });
});
