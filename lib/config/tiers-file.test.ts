import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { DEFAULT_TIERS } from "#lib/config/tiers.ts";
import { checkTiers, firstTier, loadTiers, TiersError } from "#lib/config/tiers-file.ts";

let close: () => Promise<void>;
let directory: string;
beforeAll(async () => {
  close = await useOwnDatabase();
  directory = await mkdtemp(path.join(tmpdir(), "goodtake-tiers-"));
});
afterAll(async () => {
  await close();
  await rm(directory, { recursive: true });
});

const TEAM = { requestsPerMinute: 60, requestsPerMonth: null, signupCredits: 5 };

async function fileWith(content: unknown): Promise<string> {
  const file = path.join(directory, `${crypto.randomUUID()}.json`);
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

describe("TIERS_FILE", () => {
  test("replaces the defaults; the first tier is the one of sign-ups", async () => {
    expect(loadTiers(await fileWith({ team: TEAM, big: TEAM }))).toEqual({ team: TEAM, big: TEAM });
    expect(loadTiers(undefined)).toBe(DEFAULT_TIERS);
    expect(firstTier()).toBe("free");
  });

  test("may leave out the limit of a minute, or set one of any size that a header can say", async () => {
    const tiers = { a: { ...TEAM, requestsPerMinute: null }, b: { ...TEAM, requestsPerMinute: 999_999_999_999_999 } };
    expect(loadTiers(await fileWith(tiers))).toEqual(tiers);
  });

  test.each([
    ["no JSON", "{", /is not JSON/],
    ["no tier", {}, /there is no tier/],
    ["a bad name", { Team: TEAM }, /at Team: a tier's name/],
    ["the name of a key's own limit", { team: TEAM, key: TEAM }, /at key: "key" names a key's own limit/],
    ["an unknown field", { team: { ...TEAM, price: 3 } }, /at team: /],
    ["a missing field", { team: { requestsPerMinute: 1, signupCredits: 1 } }, /at team\.requestsPerMonth: /],
    ["no requests at all", { team: { ...TEAM, requestsPerMinute: 0 } }, /at team\.requestsPerMinute: /],
    [
      "a limit beyond what a header can say",
      { team: { ...TEAM, requestsPerMinute: 1e15 } },
      /at team\.requestsPerMinute: /,
    ],
    ["half a credit", { team: { ...TEAM, signupCredits: 0.5 } }, /at team\.signupCredits: /],
  ])("with %s is rejected with one sentence that names the place", async (_, content, sentence) => {
    const file = await fileWith(content);
    expect(() => loadTiers(file)).toThrow(TiersError);
    expect(() => loadTiers(file)).toThrow(sentence);
    expect(() => loadTiers(file)).toThrow(`TIERS_FILE ${file}`);
  });

  test("that can't be read is named", () => {
    expect(() => loadTiers("/nowhere/tiers.json")).toThrow("TIERS_FILE /nowhere/tiers.json can't be read.");
  });

  test("that lacks a tier in use is rejected", async () => {
    await createUser();
    await checkTiers(DEFAULT_TIERS);
    await expect(checkTiers({ team: TEAM })).rejects.toThrow('lacks the tier "free"');
  });
});
