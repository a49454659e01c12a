import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { parseEnv } from "#lib/config/env.ts";
import { createDashboardListener } from "#lib/server/dashboard-listener.ts";
import { createFrontListener, type Listeners } from "#lib/server/front-listener.ts";

type Asked = { method?: string; headers?: Record<string, string>; path?: string };
type Answer = { status?: number; headers: IncomingMessage["headers"]; seen?: IncomingMessage["headers"] };

/** Asks a server whose pages only note what reached them. */
async function ask(settings: Record<string, string>, { method = "GET", headers = {}, path = "/" }: Asked = {}) {
  const env = parseEnv(settings);
  let seen: IncomingMessage["headers"] | undefined;
  const pages = createDashboardListener(env, (incoming, response) => {
    seen = { ...incoming.headers };
    response.end("page");
  });
  const server = createServer(createFrontListener(env, { dashboard: pages }, () => "serving")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, host: "127.0.0.1", method, path, headers }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  server.close();
  return { status: answer.statusCode, headers: answer.headers, seen } satisfies Answer as Answer;
}

const own = { host: "127.0.0.1:3000" };
const PUBLIC = { PUBLIC_URL: "https://dash.example.com" };

describe("the dashboard's headers", () => {
  const EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
  };
  test("are on pages and on rejections", async () => {
    expect((await ask({}, { headers: own })).headers).toMatchObject(EVERYWHERE);
    expect((await ask({}, { headers: { host: "evil.example" } })).headers).toMatchObject(EVERYWHERE);
  });

  test("HSTS only where the dashboard is on https", async () => {
    expect((await ask({}, { headers: own })).headers).not.toHaveProperty("strict-transport-security");
    const { headers } = await ask(PUBLIC, { headers: { host: "dash.example.com" } });
    expect(headers["strict-transport-security"]).toMatch(/^max-age=\d{8,}/);
  });

  test("the policy lets only scripts with this answer's nonce run, and forms only go home", async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => String((await ask({}, { headers: own })).headers["content-security-policy"])),
    );
    const [first = "", second] = policies;
    expect(first).not.toBe(second);
    const directives = Object.fromEntries(
      first.split("; ").map((directive) => [directive.split(" ")[0], directive.replace(/^\S+ /, "")]),
    );
    expect(directives).toMatchObject({
      "default-src": "'self'",
      "script-src": expect.stringMatching(/^'self' 'nonce-[\w+/]{24}' 'strict-dynamic'$/),
      "style-src": "'self'",
      "object-src": "'none'",
      "base-uri": "'none'",
      "form-action": "'self'",
    });
  });

  test("forms may lead to the configured providers", async () => {
    const { headers } = await ask(
      {
        GITHUB_ID: "a",
        GITHUB_SECRET: "b",
        OIDC_ISSUER: "https://id.example.com/realm",
        OIDC_ID: "a",
        OIDC_SECRET: "b",
      },
      { headers: own },
    );
    expect(headers["content-security-policy"]).toMatch(
      /form-action 'self' https:\/\/github\.com https:\/\/id\.example\.com$/,
    );
  });
});

describe("what reaches the pages", () => {
  const FORGED = {
    "x-forwarded-for": "198.51.100.1",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "1",
    "x-real-ip": "198.51.100.1",
    forwarded: "for=198.51.100.1",
    "content-security-policy": "script-src 'nonce-mine'",
    "x-middleware-subrequest": "middleware",
  };
  test("a client's own forwarded headers and nonce never do", async () => {
    const { seen, headers } = await ask({}, { headers: { ...own, ...FORGED } });
    expect(seen).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": own.host,
      "x-forwarded-proto": "http",
      "content-security-policy": headers["content-security-policy"],
    });
    for (const name of ["x-forwarded-port", "x-real-ip", "forwarded", "x-middleware-subrequest"])
      expect(seen).not.toHaveProperty(name);
  });

  test("a trusted proxy is believed about the client only, never about the host or the protocol", async () => {
    const { seen } = await ask(
      { ...PUBLIC, TRUSTED_PROXIES: "127.0.0.1" },
      {
        headers: { ...FORGED, host: "dash.example.com" },
      },
    );
    expect(seen).toMatchObject({
      "x-forwarded-for": "198.51.100.1",
      "x-forwarded-host": "dash.example.com",
      "x-forwarded-proto": "https",
    });
  });
});

describe("rejected before any page", () => {
  test.each([
    ["a foreign host", {}, { headers: { host: "evil.example" } }, 403],
    ["another host than PUBLIC_URL's", PUBLIC, { headers: own }, 403],
    ["a POST from another site", {}, { method: "POST", headers: { ...own, origin: "https://evil.example" } }, 403],
    ["a POST from nowhere", {}, { method: "POST", headers: { ...own, origin: "null" } }, 403],
    ["a POST that doesn't say from where", {}, { method: "POST", headers: own }, 403],
    ["a path that is no UTF-8", {}, { headers: own, path: "/settings/developer/%ff?page=1" }, 400],
    ["a path with a broken escape", {}, { headers: own, path: "/api/auth/%zz" }, 400],
    [
      "a body of more than 1 MB",
      {},
      { method: "POST", headers: { ...own, origin: `http://${own.host}`, "content-length": "1048577" } },
      413,
    ],
    ["a method that no page has", {}, { method: "DELETE", headers: { ...own, origin: `http://${own.host}` } }, 405],
  ])("%s", async (_, settings, asked, status) => {
    const { seen, ...answer } = await ask(settings, asked);
    expect(answer).toMatchObject({ status, headers: { "cache-control": "no-store" } });
    expect(seen).toBeUndefined();
  });

  test.each([
    ["a POST from its own page", {}, { method: "POST", headers: { ...own, origin: `http://${own.host}` } }],
    ["a GET from anywhere", {}, { headers: { ...own, origin: "https://evil.example" } }],
    [
      "a POST to PUBLIC_URL",
      PUBLIC,
      { method: "POST", headers: { host: "dash.example.com", origin: "https://dash.example.com" } },
    ],
  ])("but not %s", async (_, settings, asked) => {
    expect((await ask(settings, asked)).status).toBe(200);
  });
});

test.each(["/healthz", "/readyz"])("%s says which methods it has", async (path) => {
  for (const method of ["POST", "DELETE", "OPTIONS"])
    expect(await ask({}, { method, path })).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
});

describe("while the process starts", () => {
  test("a request waits for it, and is answered when it has", async () => {
    const started = Promise.withResolvers<void>();
    let phase: "starting" | "serving" = "starting";
    const listeners: Listeners = { started: started.promise };
    const server = createServer(createFrontListener(parseEnv({}), listeners, () => phase)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    let answered = false;
    const answer = fetch(`${url}/api/v1/key`).finally(() => {
      answered = true;
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "starting" });
    expect(answered).toBe(false);
    listeners.api = (_, response) => response.end("now");
    phase = "serving";
    started.resolve();
    expect(await (await answer).text()).toBe("now");
    server.close();
  });
});
