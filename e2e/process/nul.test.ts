import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectTo, seedIdentity } from "#e2e/support/seed.ts";
import { signUpByForm, submitForm } from "#e2e/support/sign-up.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { findUserId } from "#e2e/support/user-id.ts";

/**
 * PostgreSQL rejects a statement with a NUL in a text (22021). Such input must not become a server
 * error.
 */
const NUL = "\0";
const USER = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };

let server: TestServer;
let remove: () => Promise<void>;
let cookie: string;
let secret: string;
beforeAll(async () => {
  const temporary = await temporaryDirectory();
  remove = temporary.remove;
  const provider = { OIDC_ISSUER: "http://127.0.0.1:1", OIDC_ID: "id", OIDC_SECRET: "secret" };
  server = await startServer({ DATA_DIR: temporary.directory, ...provider });
  cookie = await signUpByForm(server.url, USER);
  const disconnect = await connectTo(temporary.directory);
  ({ secret } = await createKey(await findUserId(USER.email)));
  await seedIdentity(USER.email, "oidc");
  await disconnect();
});
afterAll(async () => {
  await server.end("SIGTERM");
  await remove();
});

describe("NUL is no server error", () => {
  test.each([
    "/settings/developer?q=%00&status=%00&environment=%00&finding=%00&sort=%00&direction=%00&page=%00",
    "/settings/developer?q=a%00b&q=%00",
    "/settings/developer?%00=1",
    "/settings/developer/export?q=%00&status=%00",
    "/settings/developer/%00",
    "/settings/logs?request=%00",
    "/settings/logs?key=%00&status=%00&reason=%00&route=%00&caller=%00&page=%00",
    "/settings/activity?about=%00&page=%00",
    "/settings/activity/export?about=%00",
    "/settings/usage?days=%00&keys=%00&movements=%00",
    "/settings/usage/export?days=%00",
    "/settings/account?linked=%00&error=%00",
    "/sign-in?next=%00&error=%00&notice=%00",
    "/sign-up?next=%00",
    "/%00",
    "/api/auth/%00",
    "/api/auth/signin/%00",
    "/api/auth/callback/%00?code=%00&state=%00",
    "/api/auth/callback/session?code=%00&state=%00",
  ])("in the address %s", async (address) => {
    for (const headers of [{ cookie }, { cookie: "goodtake-session=%00; %00=1" }, {}] as Record<string, string>[]) {
      const answer = await fetch(server.url + address, { headers, redirect: "manual" });
      expect(answer.status).toBeLessThan(500);
    }
  });

  test.each([
    ["/sign-in", "password", { ...USER, email: NUL }],
    ["/sign-in", "password", { ...USER, email: `${NUL}${USER.email}` }],
    ["/sign-in", "password", { ...USER, password: NUL }],
    ["/sign-in", "password", { ...USER, next: `/settings${NUL}` }],
    ["/sign-up", "password", { ...USER, email: "nul-1@example.com", name: `A${NUL}` }],
    ["/sign-up", "password", { ...USER, email: `nul-2${NUL}@example.com` }],
    ["/sign-up", "password", { ...USER, email: "nul-3@example.com", password: `correct horse ${NUL}` }],
    ["/password-link", "token", { token: NUL, password: USER.password }],
    ["/settings/account", "name", { name: `A${NUL}` }],
    ["/settings/account", "email", { email: `a${NUL}@example.com`, password: USER.password }],
    ["/settings/account", "email", { email: "nul-4@example.com", password: NUL }],
    ["/settings/account", "provider", { provider: NUL, password: USER.password }],
    ["/settings/account", "next", { current: NUL, next: `another good one ${NUL}` }],
  ])("in the form of %s with %s: %j", async (page, field, values) => {
    const headers: Record<string, string> = page.startsWith("/settings") ? { cookie } : {};
    const answer = await submitForm(server.url + page, field, values as Record<string, string>, headers);
    expect(answer.status).toBeLessThan(500);
  });

  test.each([
    ["GET", "/api/v1/auth?cost=%00", {}, undefined],
    ["GET", "/api/v1/auth?%00", {}, undefined],
    ["GET", "/api/v1/%00", {}, undefined],
    ["POST", "/api/v1/bytedance/generate-image", { "idempotency-key": "a" }, { prompt: `a${NUL}b` }],
    ["POST", "/api/v1/bytedance/generate-image", { "idempotency-key": '"a b"' }, { prompt: "a" }],
    ["POST", "/api/v1/bytedance/generate-image", {}, { prompt: "a", model: NUL }],
    ["POST", "/api/v1/bytedance/generate-image", {}, { prompt: "a", [NUL]: 1 }],
  ])("for the API in %s %s %j %j", async (method, path, headers, body) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: { "x-api-key": secret, "content-type": "application/json", ...(headers as Record<string, string>) },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers.get("content-type") ?? "application/json").toContain("application/json");
  });
});
