import { randomUUID } from "node:crypto";
import { asUserId } from "#lib/accounts/model/user-id.ts";
import { createApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { connectDatabase, database } from "#lib/database/client.ts";
import { startEmbedded } from "#lib/database/embedded.ts";

// Creates and revokes keys as fast as it can, beside the server on the folder in its first
// argument, and prints each change after it was acknowledged. The test ends it with SIGKILL.

/** When it ends by itself, after the test has failed. */
const WRITING_MAX_MS = 120_000;
const { url } = await startEmbedded(process.argv[2] ?? "", "guest");
connectDatabase(url, 8);
const caller = { actor: "user", address: null, userAgent: null } as const;

async function write(): Promise<void> {
  for (const end = performance.now() + WRITING_MAX_MS; performance.now() < end; ) {
    // A user may not create keys at this pace for long.
    const user = await database().user.create({
      data: { name: "Ada", email: `ada-${randomUUID()}@example.com`, tier: "free" },
      select: { id: true },
    });
    const userId = asUserId(user.id);
    const created = await createApiKey(
      userId,
      { name: "Key", environment: "staging", expiry: { type: "never" } },
      caller,
    );
    if (!created.ok) throw new Error(created.error);
    const { id } = created.value.key;
    process.stdout.write(`created ${id}\n`);
    const revoked = await revokeApiKey(userId, id, caller);
    if (!revoked.ok) throw new Error(revoked.error);
    process.stdout.write(`revoked ${id}\n`);
  }
}

// Works in parallel, because each revocation is confirmed after a quarter of a second.
await Promise.all(Array.from({ length: 16 }, write));
