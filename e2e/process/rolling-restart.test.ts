import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#e2e/support/free-port.ts";
import { startNginx } from "#e2e/support/gateways.ts";
import { draw, type ImageProvider, startImageProvider } from "#e2e/support/image-provider.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { plainNginxExample } from "#e2e/support/nginx-example.ts";
import { signUpByForm } from "#e2e/support/sign-up.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { startTraffic } from "#e2e/support/traffic.ts";
import { grantCredits } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

/** How long the provider takes for an image: longer than a drain waits for other requests. */
const IMAGE_MS = 8_000;

let own: Awaited<ReturnType<typeof createDatabase>>;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let provider: ImageProvider;
beforeAll(async () => {
  own = await createDatabase();
  folder = await temporaryDirectory();
  connectDatabase(own.url, 4);
  provider = await startImageProvider();
  provider.behave = (response) => void setTimeout(draw, IMAGE_MS, response);
});
afterAll(async () => {
  provider.stop();
  await disconnectDatabase();
  await own.drop();
  await folder.remove();
});

test.skipIf(isMissing("nginx"))(
  "restarting one process after the other behind nginx under load fails no request, page or sign-up",
  async () => {
    const ports = await Promise.all(Array.from({ length: 4 }, freePort));
    const port = await freePort();
    const start = (place: number) =>
      startServer({
        ROLE: place < 2 ? "api" : "dashboard",
        PORT: String(ports[place]),
        PUBLIC_URL: `http://127.0.0.1:${port}`,
        DATABASE_URL: own.url,
        AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
        TRUSTED_PROXIES: "127.0.0.1",
        SIGN_UP: "open",
        ...provider.settings,
      });
    const servers: TestServer[] = await Promise.all(ports.map((_, place) => start(place)));
    const owners = await Promise.all(Array.from({ length: 30 }, () => createUser("Ada", "scale")));
    const secrets = await Promise.all(
      owners.map(async ({ id }) => {
        await grantCredits(id, 10_000, { actor: "operator", address: null, userAgent: null });
        return (await createKey(id)).secret;
      }),
    );
    const nginx = await startNginx(
      folder.directory,
      port,
      await plainNginxExample(
        port,
        ports.map((each) => `127.0.0.1:${each}`),
      ),
    );

    let passed = 0;
    let images = 0;
    let signedUp = 0;
    const failures: string[] = [];
    const image = { method: "POST", body: '{"prompt":"A cat"}' };
    const ask = async (route: string, init: RequestInit, place: number) => {
      const headers = { "x-api-key": secrets[place] ?? "", "content-type": "application/json" };
      const status = await fetch(`${nginx.url}/api/v1${route}`, { ...init, headers }).then(
        async (answer) => {
          await answer.arrayBuffer();
          return answer.ok ? undefined : answer.status;
        },
        (error: Error) => error.message,
      );
      if (status === undefined && init === image) images += 1;
      else if (status === undefined) passed += 1;
      else if (status !== 429) failures.push(`${route}: ${status}`);
    };
    // One dashboard renders the form, the other one may accept it, and either shows the next page.
    const signUp = async () => {
      await signUpByForm(nginx.url, {
        name: "Ada",
        email: `${randomUUID()}@example.com`,
        password: "correct horse battery",
      }).then(
        async (cookie) => {
          const page = await fetch(`${nginx.url}/settings/developer`, { headers: { cookie } });
          if ((await page.text()).includes("No API keys yet")) signedUp += 1;
          else failures.push(`/settings/developer: ${page.status}`);
        },
        (error: Error) => failures.push(error.message),
      );
    };
    const requests = secrets.map((_, i) => {
      if (i % 3 === 0) return () => ask("/bytedance/generate-image", image, i);
      return () => ask(i % 3 === 1 ? "/auth?cost=1" : "/key", {}, i);
    });
    const traffic = startTraffic([...requests, signUp]);
    try {
      for (const place of [0, 2, 1, 3]) {
        expect(await servers[place]?.end("SIGTERM")).toBe(0);
        servers[place] = await start(place);
      }
    } finally {
      await traffic.stop();
      await nginx.stop();
      await Promise.all(servers.map((server) => server.end("SIGKILL")));
    }
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(100);
    // At least the images in progress when the two API processes were ended.
    expect(images).toBeGreaterThanOrEqual(10);
    expect(signedUp).toBeGreaterThan(1);
  },
  180_000,
);
