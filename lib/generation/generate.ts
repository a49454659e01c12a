import { env } from "#lib/config/env.ts";
import type { Generate } from "#lib/generation/generation.ts";
import { answerOf } from "#lib/generation/image-answer.ts";
import { createModelArk } from "#lib/generation/model-ark.ts";
import { drawInSandbox } from "#lib/generation/sandbox.ts";
import { ok } from "#lib/result.ts";

/** Returns the real provider if its key is set, else the sandbox. */
export function createGenerate(): Generate {
  const { ARK_API_KEY, ARK_BASE_URL } = env();
  if (ARK_API_KEY) return createModelArk({ apiKey: ARK_API_KEY, baseUrl: ARK_BASE_URL });
  return async (input) => ok(answerOf(drawInSandbox(input, new Date())));
}
