import { env } from "#lib/config/env.ts";
import { answerOf, type ImageAnswer } from "#lib/generation/image-answer.ts";
import type { GenerateImageInput } from "#lib/generation/model/schema.ts";
import { createModelArk } from "#lib/generation/model-ark.ts";
import { drawInSandbox } from "#lib/generation/sandbox.ts";
import { ok, type Result } from "#lib/result.ts";

/**
 * `rejected`: the provider doesn't accept this prompt or these options. `cut_off`: the process
 * ends.
 */
export type GenerationError = "rejected" | "upstream_error" | "upstream_timeout" | "cut_off";

/**
 * Draws an image. `cutOff` aborts when the process ends. A caller that hangs up aborts nothing: the
 * provider draws, and is paid, all the same.
 */
export type Generate = (
  input: GenerateImageInput,
  cutOff: AbortSignal,
) => Promise<Result<ImageAnswer, GenerationError>>;

/** Returns the real provider if its key is set, else the sandbox. */
export function createGenerate(): Generate {
  const { ARK_API_KEY, ARK_BASE_URL } = env();
  if (ARK_API_KEY) return createModelArk({ apiKey: ARK_API_KEY, baseUrl: ARK_BASE_URL });
  return async (input) => ok(answerOf(drawInSandbox(input, new Date())));
}
