// Serves better-auth's API-key plugin with bare node:http, in the two set-ups that its
// documentation recommends for speed: keys in PostgreSQL or in Redis (secondary storage), both with
// deferred updates. Prints its port and a key.
import { createServer } from "node:http";
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { Redis } from "ioredis";
import pg from "pg";

const { DATABASE_URL, REDIS_URL } = process.env;
const redis = REDIS_URL ? new Redis(REDIS_URL) : undefined;

const auth = betterAuth({
  baseURL: "http://127.0.0.1",
  secret: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
  database: new pg.Pool({ connectionString: DATABASE_URL, max: 10 }),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  advanced: { backgroundTasks: { handler: (promise) => void Promise.resolve(promise).catch(() => {}) } },
  ...(redis && {
    secondaryStorage: {
      get: (key) => redis.get(key),
      set: async (key, value, ttl) => void (ttl ? await redis.set(key, value, "EX", ttl) : await redis.set(key, value)),
      delete: async (key) => void (await redis.del(key)),
    },
  }),
  plugins: [
    apiKey({
      deferUpdates: true,
      storage: redis ? "secondary-storage" : "database",
      rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: 1_000_000_000 },
    }),
  ],
});

await (await getMigrations(auth.options)).runMigrations();
const { user } = await auth.api.signUpEmail({
  body: { email: `bench-${Date.now()}@example.com`, password: "correct horse battery", name: "Bench" },
});
const { key } = await auth.api.createApiKey({ body: { name: "Bench", userId: user.id } });

const server = createServer(async (request, response) => {
  const { valid } = await auth.api.verifyApiKey({ body: { key: request.headers["x-api-key"] } });
  response.writeHead(valid ? 204 : 401).end();
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port, key })}\n`);
});
