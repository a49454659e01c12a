import { connectTo } from "#e2e/support/seed.ts";
import { TEST_DATA_DIRECTORY } from "#e2e/support/test-server.ts";
import { test as base } from "#e2e/support/user.ts";

/**
 * Extends `test` for specs that also call the domain's functions, on the database of the running
 * server.
 */
export const test = base.extend<object, { database: undefined }>({
  database: [
    async ({ browserName: _ }, use) => {
      const disconnect = await connectTo(TEST_DATA_DIRECTORY);
      await use(undefined);
      await disconnect();
    },
    { scope: "worker", auto: true },
  ],
});
