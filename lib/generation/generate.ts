import { env } from "#lib/env.ts";
import { createModelArk } from "#lib/generation/model-ark.ts";
import { drawInSandbox } from "#lib/generation/sandbox.ts";
import type { GeneratedImage, GenerateImageInput } from "#lib/generation/schema.ts";
import { ok, type Result } from "#lib/result.ts";

/** `rejected`: the provider doesn't take this prompt or these options. `aborted`: the caller has gone. */
export type GenerationError = "rejected" | "upstream_error" | "upstream_timeout" | "aborted";

export type Generate = (
  input: GenerateImageInput,
  signal: AbortSignal,
) => Promise<Result<GeneratedImage, GenerationError>>;

/** The real provider where a key for it is set, else the sandbox. */
export function createGenerate(): Generate {
  const { ARK_API_KEY, ARK_BASE_URL } = env();
  if (ARK_API_KEY) return createModelArk({ apiKey: ARK_API_KEY, baseUrl: ARK_BASE_URL });
  return async (input) => ok(drawInSandbox(input, new Date()));
}
