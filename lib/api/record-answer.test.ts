import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { asUserId } from "#lib/accounts/model/user-id.ts";
import { recordAnswer } from "#lib/api/record-answer.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { AGENT_MAX, shortAgent } from "#lib/usage/agent.ts";

test("of a key that stands in a name nothing is left but its beginning, wherever the name is cut", () => {
  const secret = generateSecret();
  for (let before = 0; before < 260; before += 1) {
    const short = shortAgent(`${"x".repeat(before)} ${secret} ${"y".repeat(2_000)}`);
    expect(short.length).toBe(AGENT_MAX);
    expect(short).not.toContain(secret.slice(0, 8));
  }
  for (let before = 0; before < 40; before += 1) {
    const short = shortAgent("x".repeat(before) + secret.repeat(100));
    expect(short.length).toBe(AGENT_MAX);
    expect(short).not.toContain(secret.slice(0, 8));
  }
});

test("keys whose callers have names of 16 KB take no more memory than others", () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  // Read from bytes like a real header. Concatenation would make a tree of short strings.
  const agentOf = (i: number) => Buffer.from(`agent ${i} ${"x".repeat(16_000)}`).toString();
  const answer = (i: number) =>
    recordAnswer(
      {
        request: { method: "GET", headers: { "user-agent": agentOf(i) } } as never,
        requestId: `request ${i}`,
        admission: { kind: "rejected", cause: "revoked", key: { id: `key ${i % 100}`, userId: asUserId("user") } },
        unpaid: undefined,
        lacksScope: false,
        address: "",
      },
      "/api/v1/key",
      401,
      1,
    );
  answer(0);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 1; i < 2_000; i += 1) answer(i);
  collectGarbage();
  // The names alone were 32 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000);
});
