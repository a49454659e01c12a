import { expect, test } from "vitest";
import { startServer } from "#e2e/support/start-server.ts";
import { createDatabase } from "#e2e/support/test-database.ts";

test("the log warns once of a private peer that sends X-Forwarded-For, unless it is trusted", async () => {
  const { url, drop } = await createDatabase();
  const settings = { ROLE: "api", DATABASE_URL: url, AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a" };
  const printed = async (more: Record<string, string>) => {
    const server = await startServer({ ...settings, ...more });
    for (let i = 0; i < 3; i += 1)
      await fetch(`${server.url}/api/v1/key`, { headers: { "x-forwarded-for": "198.51.100.1" } });
    expect(await server.end("SIGTERM")).toBe(0);
    return server.output();
  };
  const output = await printed({});
  expect(output.match(/127\.0\.0\.1 sends X-Forwarded-For and is not in TRUSTED_PROXIES/g)).toHaveLength(1);
  expect(output).not.toContain("198.51.100.1");
  expect(await printed({ TRUSTED_PROXIES: "127.0.0.1" })).not.toContain("X-Forwarded-For");
  await drop();
});
