import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { writeScopes } from "#e2e/support/scopes-file.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

export type BehindGateway = {
  goodtake: TestServer;
  /** The API that the gateway protects. */
  upstream: Server;
  /** Takes a gateway's files. */
  directory: string;
  /** What a gateway is configured with. */
  addresses: { goodtake: string; upstream: string };
  end: () => Promise<void>;
};

/**
 * Starts what stands behind a gateway: GoodTake, which trusts the gateway and knows permissions of
 * its own, and an API that answers by `listener`. Connects the test to the same database.
 */
export async function startBehindGateway(databaseUrl: string, listener: RequestListener): Promise<BehindGateway> {
  const { directory, remove } = await temporaryDirectory();
  const goodtake = await startServer({
    ROLE: "api",
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
    TRUSTED_PROXIES: "127.0.0.1",
    SCOPES_FILE: await writeScopes(directory),
  });
  connectDatabase(databaseUrl, 4);
  const upstream = createServer(listener).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  return {
    goodtake,
    upstream,
    directory,
    addresses: {
      goodtake: new URL(goodtake.url).host,
      upstream: `127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    },
    end: async () => {
      upstream.close();
      upstream.closeAllConnections();
      await goodtake.end("SIGKILL");
      await disconnectDatabase();
      await remove();
    },
  };
}
