import type { Generate } from "#lib/generation/generate.ts";
import { generatedImage } from "#lib/generation/schema.ts";
import { log } from "#lib/log.ts";
import { err, ok } from "#lib/result.ts";

/** A 4K image in base64 has some 30 MB; an answer far beyond that is not one. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

/** BytePlus ModelArk's images API: one deadline for all, and one retry if the connection failed, never after an answer. */
export function createModelArk(settings: { apiKey: string; baseUrl: string; deadlineMs?: number }): Generate {
  return async (input, callerSignal) => {
    const deadline = AbortSignal.timeout(settings.deadlineMs ?? 60_000);
    const signal = AbortSignal.any([callerSignal, deadline]);
    const request: RequestInit = {
      method: "POST",
      headers: { authorization: `Bearer ${settings.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify(input),
      redirect: "error",
      signal,
    };
    const send = () => fetch(`${settings.baseUrl}/images/generations`, request);
    try {
      const response = await send().catch((error) => (isConnectionError(error) ? send() : Promise.reject(error)));
      return await read(response);
    } catch (error) {
      if (callerSignal.aborted) return err("aborted");
      if (deadline.aborted) return err("upstream_timeout");
      log().warn({ reason: (error as Error).message }, "the image provider failed");
      return err("upstream_error");
    }
  };
}

async function read(response: Response) {
  const text = await readText(response);
  if (!response.ok) {
    // Its body may quote our key or account, so only its code is logged and nothing is passed on.
    log().warn({ status: response.status, code: errorCode(text) }, "the image provider refused");
    return err(response.status === 400 ? "rejected" : "upstream_error");
  }
  const answer = generatedImage.omit({ sandbox: true }).safeParse(JSON.parse(text));
  if (!answer.success || !answer.data.data.some((image) => image.url || image.b64_json)) {
    log().warn("the image provider answered something else than an image");
    return err("upstream_error");
  }
  return ok(answer.data);
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES) throw new Error(`the answer has more than ${ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function errorCode(text: string): string | undefined {
  try {
    const code: unknown = JSON.parse(text).error?.code;
    return typeof code === "string" && /^[\w.]{1,80}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

function isConnectionError(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return (
    typeof code === "string" &&
    /^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|UND_ERR_SOCKET|UND_ERR_CONNECT)/.test(code)
  );
}
