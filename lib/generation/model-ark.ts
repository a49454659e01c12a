import { setImmediate } from "node:timers/promises";
import type { Generate } from "#lib/generation/generate.ts";
import { type ImageAnswer, ImageAnswerReader, PARSED_MAX_BYTES } from "#lib/generation/image-answer.ts";
import type { GenerateImageInput } from "#lib/generation/model/schema.ts";
import { log } from "#lib/log.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** A 4K image in base64 has some 30 MB; an answer far beyond that is not one. */
const BASE64_MAX_BYTES = 64 * 1024 * 1024;
/** The connection was never there, so nothing can have been drawn. After a reset the provider may be drawing. */
const UNSENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/;

/** How many bytes an answer to this may have: what a request holds in memory at most. */
export function answerMaxBytes({ response_format }: Pick<GenerateImageInput, "response_format">): number {
  return response_format === "b64_json" ? BASE64_MAX_BYTES : PARSED_MAX_BYTES;
}

/** BytePlus ModelArk's images API: one deadline for all, and one retry if the request can't have been sent. */
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
    // Its body may quote our key or account, so only its code is logged and nothing is passed on.
    const code = errorCode(Buffer.concat(chunks).toString("utf8"));
    log().warn({ status: response.status, code }, "the image provider refused");
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
    // Between two chunks of megabytes that are there already, other requests have their turn.
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
