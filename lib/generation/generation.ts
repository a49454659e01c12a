import type { ImageAnswer } from "#lib/generation/image-answer.ts";
import type { GenerateImageInput } from "#lib/generation/model/schema.ts";
import type { Result } from "#lib/result.ts";

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
