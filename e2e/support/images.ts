import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import type { Generate } from "#lib/generation/generation.ts";
import { answerOf } from "#lib/generation/image-answer.ts";
import { drawInSandbox } from "#lib/generation/sandbox.ts";
import { ok } from "#lib/result.ts";

export const CAT = { prompt: "A cat" };
export const LARGE = { prompt: "A cat", response_format: "b64_json" } as const;

export const draw: Generate = async (input) => ok(answerOf(drawInSandbox(input, new Date())));

/**
 * Gives each test of a file an account with 100 credits and a key, at an API whose provider draws
 * unless the test tells it otherwise.
 */
export function givenImages() {
  const provider = vi.fn<Generate>(draw);
  let api: TestApi;
  let close: () => Promise<void>;
  let ada: { id: UserId };
  let secret: string;
  beforeAll(async () => {
    close = await useOwnDatabase();
    api = await startApi((input, signal) => provider(input, signal));
  });
  afterAll(async () => {
    api.close();
    await close();
  });
  beforeEach(async () => {
    ada = await createUser("Ada", "scale");
    ({ secret } = await createKey(ada.id));
  });
  afterEach(() => {
    provider.mockReset().mockImplementation(draw);
  });

  const call: TestApi["call"] = (path, init, key = secret) => api.call(path, init, key);
  const send = (body: BodyInit, headers: Record<string, string>, init: RequestInit = {}, key = secret) =>
    call(
      "/bytedance/generate-image",
      {
        ...init,
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
        duplex: "half",
      } as RequestInit,
      key,
    );
  const credits = async () => (await findRemaining(ada.id, null))?.credits;
  return {
    provider,
    call,
    send,
    generate: (body: object = CAT, headers: Record<string, string> = {}, init: RequestInit = {}, key = secret) =>
      send(JSON.stringify(body), headers, init, key),
    userId: () => ada.id,
    credits,
    /** Expects that no reservation is open and the balance is the ledger's sum. */
    expectBalanced: async () => {
      const where = { userId: ada.id };
      expect(await database().reservation.count({ where })).toBe(0);
      const { _sum } = await database().creditMovement.aggregate({ where, _sum: { amount: true } });
      expect(_sum.amount).toBe(await credits());
    },
    /** Makes the provider's next image wait until it is told to go on. */
    holdProvider: () => {
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      provider.mockImplementationOnce(async (input, signal) => {
        started.resolve();
        await gate.promise;
        return draw(input, signal);
      });
      return { started: started.promise, finish: gate.resolve };
    },
  };
}
