import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
let secret: string;

beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
  // The tests of this file stay below this tier's limit.
  ada = await createUser("Ada", "scale");
  ({ secret } = await createKey(ada.id));
});
afterAll(async () => {
  api.close();
  await close();
});

const call = (path: string, init: RequestInit = {}, key: string | null = secret) => api.call(path, init, key);

function generate(
  body: BodyInit,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<Response> {
  return call("/bytedance/generate-image", {
    method: "POST",
    body,
    headers,
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });
}

const raw = (text: string) => sendRaw(api.port, text);

describe("POST /bytedance/generate-image", () => {
  test("draws in the sandbox, and says that it did", async () => {
    const response = await generate(JSON.stringify({ prompt: "A <beautiful> sunset & mountains \u0007 \ud83c\udf05" }));
    expect(response.status).toBe(200);
    const body = await response.json();
    expect(body).toMatchObject({
      model: "seedream-4-5-251128",
      sandbox: true,
      data: [{ size: "2048x2048" }],
      usage: { generated_images: 1 },
    });
    const svg = Buffer.from(body.data[0].url.replace("data:image/svg+xml;base64,", ""), "base64").toString();
    expect(svg).toMatch(/^<svg .*<\/svg>$/s);
    expect(svg).not.toContain("<beautiful>");
    expect(svg).not.toContain("\u0007");
  });

  test("as b64_json, with every documented option", async () => {
    const response = await generate(
      JSON.stringify({
        prompt: "x",
        model: "seedream-5-0",
        size: "1024x768",
        seed: 7,
        response_format: "b64_json",
        watermark: false,
      }),
    );
    expect(response.status).toBe(200);
    expect((await response.json()).data).toEqual([{ b64_json: expect.any(String), size: "1024x768" }]);
  });

  test.each([
    ["no body", "", "JSON"],
    ["not JSON", "{", "JSON"],
    ["bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22]), "UTF-8"],
    ["an array", "[]", "object"],
    ["null", "null", "object"],
    ["no prompt", "{}", "prompt is required"],
    ["a prompt that is no text", '{"prompt": 7}', "prompt"],
    ["a blank prompt", '{"prompt": " \\n\\u3000"}', "prompt must not be blank"],
    ["a prompt that is too long", JSON.stringify({ prompt: "x".repeat(4001) }), "prompt must have at most 4000"],
    ["half an emoji", '{"prompt": "\\ud83c"}', "prompt must not have half"],
    ["a field that is unknown", '{"prompt": "x", "quality": "hd"}', '"quality" is not a known field'],
    ["a prototype", '{"prompt": "x", "__proto__": {"a": 1}}', '"__proto__"'],
    ["a constructor", '{"prompt": "x", "constructor": {"prototype": {}}}', '"constructor"'],
    ["a size that is none", '{"prompt": "x", "size": "big"}', "size"],
    ["a seed that is no whole number", '{"prompt": "x", "seed": 1.5}', "seed"],
    ["a seed beyond the range", '{"prompt": "x", "seed": 1e300}', "seed"],
    ["a format that is none", '{"prompt": "x", "response_format": "png"}', "response_format"],
    ["a watermark that is no boolean", '{"prompt": "x", "watermark": "no"}', "watermark"],
    ["a model that is a path", '{"prompt": "x", "model": "../x"}', "model"],
    ["deep nesting", `{"prompt": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "prompt"],
  ])("%s is 400, and the message says why", async (_, body, message) => {
    const response = await generate(body);
    expect(response.status).toBe(400);
    const { error } = await response.json();
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain(message);
  });

  test("4,000 emoji are 4,000 characters", async () => {
    expect((await generate(JSON.stringify({ prompt: "\ud83c\udf05".repeat(4000) }))).status).toBe(200);
  });

  test.each([
    ["none", {}],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["text", { "content-type": "text/plain" }],
    ["almost JSON", { "content-type": "application/jsonx" }],
  ])("media type %s is 415", async (_, headers) => {
    const response = await generate(new TextEncoder().encode('{"prompt": "x"}'), headers);
    expect(response.status).toBe(415);
    expect((await response.json()).error.code).toBe("unsupported_media_type");
  });

  test("JSON with a charset, in any case, is JSON", async () => {
    expect((await generate('{"prompt": "x"}', { "content-type": "Application/JSON; charset=utf-8" })).status).toBe(200);
  });

  test("a body without a length is read to its end, in however many pieces it comes", async () => {
    const pieces = ['{"prom', 'pt": "', "é".repeat(3_000), '"}'];
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve));
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(piece));
      },
    });
    expect((await generate(body)).status).toBe(200);
  });

  test("1,048,576 bytes are read, one more is 413, declared or streamed", async () => {
    const body = JSON.stringify({ prompt: "x" });
    const padded = (bytes: number) => body + " ".repeat(bytes - body.length);
    expect((await generate(padded(1_048_576))).status).toBe(200);
    expect((await generate(padded(1_048_577))).status).toBe(413);
    const chunk = new TextEncoder().encode(" ".repeat(65_536));
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
    // The connection may end before the answer to a caller that never stops sending is read.
    const outcome = await generate(endless).then(
      ({ status }) => status,
      () => "disconnected",
    );
    expect([413, "disconnected"]).toContain(outcome);
    const answer = await raw(
      `POST /api/v1/bytedance/generate-image HTTP/1.1\r\nHost: x\r\nX-API-Key: ${secret}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${`10000\r\n${" ".repeat(65_536)}\r\n`.repeat(17)}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("payload_too_large");
  });
});
