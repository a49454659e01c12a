import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { env } from "#lib/config/env.ts";
import { UnavailableError } from "#lib/database/unavailable.ts";
import { fetchGithubKeys, GithubKeys, readGithubKeys } from "#lib/leaks/github-keys.ts";
import { listLeakReports } from "#lib/leaks/read.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { HOUR_MS, MINUTE_MS } from "#lib/time/model/duration.ts";

/** GitHub's published sample. */
const SAMPLE = {
  body: '[{"token":"some_token","type":"some_type","url":"some_url"}]',
  key: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9MJJHnMfn2+H4xL4YaPDA4RpJqUqkCmRCBnYERxZanmcpzQSXs1X/AljlKkbJ8qpVIW4clayyef9gWhFbNHWAA==",
  signature: "MEUCIQDKZokqnCjrRtw0tni+2Ltvl/uiMJ1EGumEsp1BsNr32AIgQY1YXD2nlj+XNfGK4rBfkMJ1JDOQcYXxa2sY8FNkrKc=",
};
const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" });
const KEYS = {
  public_keys: [
    { key_identifier: "own", key: pem(own.publicKey), is_current: true },
    {
      key_identifier: "sample",
      key: `-----BEGIN PUBLIC KEY-----\n${SAMPLE.key}\n-----END PUBLIC KEY-----\n`,
      is_current: false,
    },
  ],
};

let api: TestApi;
let close: () => Promise<void>;
let files: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;
beforeAll(async () => {
  files = await temporaryDirectory();
  file = path.join(files.directory, "keys.json");
  await writeFile(file, JSON.stringify(KEYS));
  env().GITHUB_SECRET_SCANNING_KEYS_FILE = file;
  close = await useOwnDatabase();
  api = await startApi();
});
afterAll(async () => {
  env().GITHUB_SECRET_SCANNING_KEYS_FILE = undefined;
  api.close();
  await close();
  await files.remove();
});

const signatureOf = (body: string, key = own.privateKey) => sign("sha256", Buffer.from(body), key).toString("base64");

function send(body: string, signature = signatureOf(body), identifier = "own") {
  return api.call("/leaks/github", {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "github-public-key-identifier": identifier,
      "github-public-key-signature": signature,
    },
  });
}
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("GitHub's published sample is verified", async () => {
  const answer = await send(SAMPLE.body, SAMPLE.signature, "sample");
  expect([answer.status, await answer.json()]).toEqual([
    200,
    [{ token_hash: sha256("some_token"), token_type: "some_type", label: "false_positive" }],
  ]);
  expect((await send(SAMPLE.body.replace("some_url", "some_uri"), SAMPLE.signature, "sample")).status).toBe(400);
});

test("a key that GitHub found is revoked, and the response has each token's hash", async () => {
  const ada = await createUser();
  const { key, secret } = await createKey(ada.id);
  const unknown = generateSecret();
  const body = JSON.stringify([
    { token: secret, type: "goodtake-key", url: "https://github.com/a/b/blob/1/x", source: "content" },
    { token: secret, type: "goodtake-key", url: "https://github.com/a/b/blob/2/x", source: "commit" },
    { token: unknown, type: "goodtake-key", url: "" },
    { token: "x", type: "goodtake-key" },
  ]);
  const answer = await send(body);
  const text = await answer.text();
  expect(JSON.parse(text).map(({ token_hash, label }: Record<string, string>) => [token_hash, label])).toEqual([
    [sha256(secret), "true_positive"],
    [sha256(secret), "true_positive"],
    [sha256(unknown), "false_positive"],
    [sha256("x"), "false_positive"],
  ]);
  expect(text).not.toContain("gt_");
  expect((await api.call("/auth", {}, secret)).status).toBe(401);
  expect((await listLeakReports(ada.id, key.id)).map(({ source, url }) => [source, url.slice(-3)])).toEqual([
    ["GitHub secret scanning", "1/x"],
    ["GitHub secret scanning", "2/x"],
  ]);
});

describe("400 for anything that fails to verify", () => {
  const body = JSON.stringify([{ token: "x", type: "y", url: "z" }]);
  const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
  test.each([
    ["another's signature", body, signatureOf(body, stranger.privateKey), "own"],
    ["a signature of another body", `${body} `, signatureOf(body), "own"],
    ["text in place of a signature", body, "not base64!", "own"],
    ["an empty signature", body, "", "own"],
    ["a cut signature", body, signatureOf(body).slice(0, 40), "own"],
    ["an unknown key", body, signatureOf(body), "other"],
    ["an empty identifier", body, signatureOf(body), ""],
    ["a prototype's name", body, signatureOf(body), "__proto__"],
    ["a signed body of another shape", '{"token":"x"}', signatureOf('{"token":"x"}'), "own"],
    ["a signed body that is no JSON", "x", signatureOf("x"), "own"],
  ])("%s", async (_, body, signature, identifier) => {
    const answer = await send(body, signature, identifier);
    expect([answer.status, (await answer.json()).error.code]).toEqual([400, "invalid_request"]);
  });

  test.each(["x", "{}", "[{}]"])("the body %s isn't even parsed without GitHub's signature", async (unsigned) => {
    const answer = await send(unsigned, signatureOf(body));
    expect([answer.status, (await answer.json()).error.message]).toEqual([400, "The signature is not GitHub's"]);
  });

  test("missing headers", async () => {
    const headers = { "content-type": "application/json" };
    expect((await api.call("/leaks/github", { method: "POST", body, headers })).status).toBe(400);
  });
});

describe("GitHub's keys", () => {
  async function endpoint() {
    let fetches = 0;
    let status = 200;
    const server = createServer((_, response) => {
      fetches += 1;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(KEYS));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return {
      keys: new GithubKeys(() => fetchGithubKeys(`http://127.0.0.1:${port}/`)),
      fetches: () => fetches,
      answer: (next: number) => (status = next),
      [Symbol.dispose]: () => void server.close(),
    };
  }

  test("are fetched once for parallel messages, and again after 24 hours", async () => {
    using github = await endpoint();
    const start = Math.trunc(performance.now());
    const found = await Promise.all(Array.from({ length: 10 }, () => github.keys.find("own", start)));
    expect(found.every((key) => key?.equals(own.publicKey))).toBe(true);
    await github.keys.find("own", start + 24 * HOUR_MS - 1);
    expect(github.fetches()).toBe(1);
    await github.keys.find("own", start + 24 * HOUR_MS);
    expect(github.fetches()).toBe(2);
  });

  test("are fetched again for an unknown identifier, at most once in 10 minutes", async () => {
    using github = await endpoint();
    const start = Math.trunc(performance.now());
    for (let i = 0; i < 20; i += 1) expect(await github.keys.find(`unknown-${i}`, start + i)).toBeUndefined();
    expect(github.fetches()).toBe(1);
    for (let i = 0; i < 20; i += 1) await github.keys.find(`unknown-${i}`, start + 10 * MINUTE_MS + i);
    expect(github.fetches()).toBe(2);
  });

  test("that can't be fetched make no message invalid, and are fetched again after 10 seconds", async () => {
    using github = await endpoint();
    github.answer(500);
    const start = Math.trunc(performance.now());
    for (let i = 0; i < 5; i += 1) await expect(github.keys.find("own", start)).rejects.toThrow(UnavailableError);
    expect(github.fetches()).toBe(1);
    github.answer(200);
    expect(await github.keys.find("own", start + 10_000)).toBeDefined();
  });

  test.each([
    ["no JSON", "x"],
    ["another shape", "{}"],
    ["another curve", { public_keys: [{ key_identifier: "a", key: pem(generateKeyPairSync("ed25519").publicKey) }] }],
    ["no key", { public_keys: [{ key_identifier: "a", key: "x" }] }],
  ])("in a file with %s stop the server's start with one sentence", async (_, content) => {
    const bad = path.join(files.directory, "bad.json");
    await writeFile(bad, typeof content === "string" ? content : JSON.stringify(content));
    await expect(readGithubKeys(bad)).rejects.toThrow(OperatorError);
    await expect(readGithubKeys("/nowhere")).rejects.toThrow("GITHUB_SECRET_SCANNING_KEYS_FILE /nowhere ");
  });
});
