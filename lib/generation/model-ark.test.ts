import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { generateImageInput } from "#lib/generation/model/schema.ts";
import { createModelArk } from "#lib/generation/model-ark.ts";

const INPUT = generateImageInput.parse({ prompt: "A sunset", seed: 7, watermark: false });
const IMAGE = {
  model: "seedream-4-5-251128",
  created: 1_768_518_000,
  data: [{ url: "https://images.example/1.png", size: "2048x2048" }],
  usage: { generated_images: 1, output_tokens: 16_384, total_tokens: 16_384 },
};

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/**
 * Starts a server that speaks ModelArk's wire format and gives one answer after the other. Returns
 * a provider for it and the requests that it got.
 */
async function provider(answers: Answer[], deadlineMs = 5_000) {
  const requests: { url: string | undefined; authorization: string | undefined; body: unknown }[] = [];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    requests.push({ url: request.url, authorization: request.headers.authorization, body: JSON.parse(body) });
    const answer = answers[Math.min(requests.length, answers.length) - 1] as Answer;
    answer(request, response, body);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server?.once("listening", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`;
  return { baseUrl, generate: createModelArk({ apiKey: "ark-secret", baseUrl, deadlineMs }), requests };
}

const json =
  (status: number, body: unknown): Answer =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const reset: Answer = (request) => request.socket.resetAndDestroy();
const never: Answer = () => {};
const later = new AbortController().signal;

test("sends the documented request and passes the image on", async () => {
  const { generate, requests } = await provider([json(200, IMAGE)]);
  const answer = await generate(INPUT, later);
  expect(answer.ok && JSON.parse(Buffer.concat(answer.value.chunks).toString())).toEqual(IMAGE);
  expect(requests).toEqual([
    {
      url: "/api/v3/images/generations",
      authorization: "Bearer ark-secret",
      body: { prompt: "A sunset", model: "seedream-4-5-251128", seed: 7, response_format: "url", watermark: false },
    },
  ]);
});

test.each([
  [
    "an error of theirs",
    json(500, { error: { code: "InternalServiceError", message: "ark-secret" } }),
    "upstream_error",
  ],
  ["a rejected key", json(401, { error: { code: "AuthenticationError", message: "ark-secret" } }), "upstream_error"],
  ["their rate limit", json(429, { error: { code: "RateLimitExceeded", message: "" } }), "upstream_error"],
  [
    "a prompt they don't take",
    json(400, { error: { code: "InputTextSensitiveContentDetected", message: "" } }),
    "rejected",
  ],
  ["an answer that is no JSON", (_: unknown, response: ServerResponse) => response.end("<html>"), "upstream_error"],
  ["an answer without an image", json(200, { ...IMAGE, data: [{ error: { code: "x" } }] }), "upstream_error"],
  ["an answer of another shape", json(200, { images: [] }), "upstream_error"],
  [
    "an answer that breaks off",
    (_: unknown, response: ServerResponse) =>
      response.writeHead(200, { "content-length": 99 }).write("{", () => response.destroy()),
    "upstream_error",
  ],
  [
    "a redirect",
    (_: unknown, response: ServerResponse) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    "upstream_error",
  ],
] as [string, Answer, string][])("%s, asked once", async (_, answer, error) => {
  const { generate, requests } = await provider([answer]);
  expect(await generate(INPUT, later)).toEqual({ ok: false, error });
  expect(requests).toHaveLength(1);
});

test("a connection that breaks after the request was sent is not asked again, be it a new one or one in use", async () => {
  const { generate, requests } = await provider([reset, json(200, IMAGE), reset]);
  const failed = { ok: false, error: "upstream_error" };
  expect(await generate(INPUT, later)).toEqual(failed);
  expect(requests).toHaveLength(1);
  expect((await generate(INPUT, later)).ok).toBe(true);
  expect(await generate(INPUT, later)).toEqual(failed);
  expect(requests).toHaveLength(3);
});

test("an answer with addresses is as small as one, whatever the provider sends", async () => {
  const { generate } = await provider([json(200, { ...IMAGE, usage: { output_tokens: " ".repeat(300_000) } })]);
  expect(await generate(INPUT, later)).toEqual({ ok: false, error: "upstream_error" });
});

test("an endless answer is cut off", async () => {
  const chunk = " ".repeat(4 * 1024 * 1024);
  const { generate } = await provider([
    (_, response) => {
      const write = () => !response.destroyed && response.write(chunk, write);
      write();
    },
  ]);
  expect(await generate(INPUT, later)).toEqual({ ok: false, error: "upstream_error" });
});

test("silence ends at the deadline, and the end of the process ends it at once", async () => {
  const { generate, baseUrl } = await provider([never], 100);
  expect(await generate(INPUT, later)).toEqual({ ok: false, error: "upstream_timeout" });
  const cutOff = new AbortController();
  const patient = createModelArk({ apiKey: "k", baseUrl });
  const result = patient(INPUT, cutOff.signal);
  cutOff.abort();
  expect(await result).toEqual({ ok: false, error: "cut_off" });
});
