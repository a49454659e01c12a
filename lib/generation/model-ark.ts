import { setImmediate } from "node:timers/promises";
import type { Generate } from "#lib/generation/generation.ts";
import { type ImageAnswer, ImageAnswerReader, PARSED_MAX_BYTES } from "#lib/generation/image-answer.ts";
import type { GenerateImageInput } from "#lib/generation/model/schema.ts";
import { log } from "#lib/log.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** A 4K image in base64 has about 30 MB. */
const BASE64_MAX_BYTES = 64 * 1024 * 1024;
/**
 * The connection wasn't established, so nothing can have been drawn. After a reset the provider may
 * be drawing.
 */
const UNSENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/;

/**
 * Returns the largest size of an answer in bytes, which is what a request holds in memory at most.
 */
export function answerMaxBytes({ response_format }: Pick<GenerateImageInput, "response_format">): number {
  return response_format === "b64_json" ? BASE64_MAX_BYTES : PARSED_MAX_BYTES;
}

/**
 * Draws with BytePlus ModelArk's images API. Retries once if the request can't have been sent; one
 * deadline covers both tries.
 */
export function createModelArk(settings: { apiKey: string; baseUrl: string; deadlineMs?: number }): Generate {
  return async (input, cutOff) => {
    const deadline = AbortSignal.timeout(settings.deadlineMs ?? 60_000);
    const signal = AbortSignal.any([cutOff, deadline]);
    const request: RequestInit = {
      method: "POST",
      headers: { authorization: `Bearer ${settings.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify(input),
      redirect: "error",
      signal,
    };
    const send = () => fetch(`${settings.baseUrl}/images/generations`, request);
    try {
      const response = await send().catch((error) => (isUnsent(error) ? send() : Promise.reject(error)));
      return await read(response, answerMaxBytes(input));
    } catch (error) {
      if (cutOff.aborted) return err("cut_off");
      if (deadline.aborted) return err("upstream_timeout");
      log().warn({ reason: (error as Error).message }, "the image provider failed");
      return err("upstream_error");
    }
  };
}

async function read(response: Response, maxBytes: number): Promise<Result<ImageAnswer, "rejected" | "upstream_error">> {
  if (!response.ok) {
    const chunks: Buffer[] = [];
    await readChunks(response, PARSED_MAX_BYTES, (chunk) => chunks.push(chunk));
    // The body may quote our key or account: only the code is logged, nothing is passed on.
    const code = errorCode(Buffer.concat(chunks).toString("utf8"));
    log().warn({ status: response.status, code }, "the image provider rejected a request");
    return err(response.status === 400 ? "rejected" : "upstream_error");
  }
  const reader = new ImageAnswerReader();
  await readChunks(response, maxBytes, (chunk) => reader.add(chunk));
  return ok(reader.end());
}

async function readChunks(response: Response, maxBytes: number, take: (chunk: Buffer) => void): Promise<void> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    // Lets other requests run between two chunks, even if megabytes have arrived already.
    await setImmediate();
  }
}

function errorCode(text: string): string | undefined {
  try {
    const code: unknown = JSON.parse(text).error?.code;
    return typeof code === "string" && /^[\w.]{1,80}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

function isUnsent(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return typeof code === "string" && UNSENT.test(code);
}
