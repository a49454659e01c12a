import { z } from "zod";

const PROMPT_MAX = 4_000;
const DEFAULT_MODEL = "seedream-4-5-251128";

/** What a caller may ask for: the options that the provider's image API documents, under its names. */
export const generateImageInput = z
  .strictObject({
    prompt: z
      .string("is required and must be a string")
      .refine((prompt) => prompt.isWellFormed(), "must not have half of a surrogate pair")
      .refine((prompt) => prompt.trim() !== "", "must not be blank")
      .refine((prompt) => [...prompt].length <= PROMPT_MAX, `must have at most ${PROMPT_MAX} characters`)
      .meta({
        description: `What to draw, 1 to ${PROMPT_MAX} characters.`,
        example: "A beautiful sunset over mountains",
        minLength: 1,
        maxLength: PROMPT_MAX,
      }),
    model: z
      .string("must be a string")
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/, "must be the name of a model")
      .default(DEFAULT_MODEL)
      .meta({ description: "The model that draws.", example: DEFAULT_MODEL }),
    size: z
      .string("must be a string")
      .regex(
        /^(1K|2K|4K|[1-9]\d{2,3}x[1-9]\d{2,3})$/,
        'must be "1K", "2K", "4K" or width and height such as "2048x2048"',
      )
      .optional()
      .meta({ description: '`"1K"`, `"2K"`, `"4K"` or width and height in pixels.', example: "2048x2048" }),
    seed: z
      .int("must be a whole number")
      .min(-1, "must be from -1 to 2147483647")
      .max(2_147_483_647, "must be from -1 to 2147483647")
      .optional()
      .meta({ description: "The same seed and prompt give a similar image; -1 is a random one." }),
    response_format: z
      .enum(["url", "b64_json"], 'must be "url" or "b64_json"')
      .default("url")
      .meta({ description: "An address of the image, or the image itself in base64." }),
    watermark: z
      .boolean("must be true or false")
      .optional()
      .meta({ description: "Whether the image carries a watermark." }),
  })
  .meta({ id: "GenerateImageRequest" });
export type GenerateImageInput = z.output<typeof generateImageInput>;

export const generatedImage = z
  .object({
    model: z.string().meta({ example: DEFAULT_MODEL }),
    created: z.int().meta({ description: "Unix time in seconds.", example: 1_767_225_600 }),
    data: z
      .array(z.object({ url: z.string().optional(), b64_json: z.string().optional(), size: z.string().optional() }))
      .meta({ example: [{ url: "https://images.example/4c1d.jpeg", size: "2048x2048" }] }),
    usage: z.object({ generated_images: z.int(), output_tokens: z.int(), total_tokens: z.int() }).partial().optional(),
    sandbox: z.literal(true).optional().meta({ description: "Present when the built-in sandbox drew the image." }),
  })
  .meta({ id: "GeneratedImage" });
export type GeneratedImage = z.output<typeof generatedImage>;
