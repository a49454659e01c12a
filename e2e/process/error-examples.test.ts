import { afterAll, beforeAll, expect, test } from "vitest";
import { errorExamples } from "#components/docs/error-examples.ts";
import { execute, isInstalled, LANGUAGES, type Language } from "#e2e/support/execute-example.ts";
import { startServer, type TestServer } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";

let own: Awaited<ReturnType<typeof createDatabase>>;
let server: TestServer;
beforeAll(async () => {
  own = await createDatabase();
  connectDatabase(own.url, 2);
  server = await startServer({ DATABASE_URL: own.url, AUTH_SECRET, ROLE: "api" });
});
afterAll(async () => {
  await server.end("SIGTERM");
  await disconnectDatabase();
  await own.drop();
});

// Here and not beside the other tests of these programs, because it waits for a minute and needs no
// browser.
test("each program of the errors page waits as Retry-After says, and then gets its image", async () => {
  const { secret } = await createKey((await createUser()).id);
  const examples = errorExamples(server.url);
  const installed: Language[] = [];
  for (const language of Object.keys(LANGUAGES) as Language[])
    if (await isInstalled(language)) installed.push(language);
  const headers = { "x-api-key": secret };
  const statuses = await Promise.all(
    Array.from({ length: 21 }, async () => (await fetch(`${server.url}/api/v1/key`, { headers })).status),
  );
  expect(statuses).toContain(429);
  const outputs = await Promise.all(
    installed.map((language) => execute(language, examples[language], { GOODTAKE_API_KEY: secret })),
  );
  for (const output of outputs) expect(output).toMatch(/data:image\/svg\+xml;base64,/);
}, 240_000);
