import { z } from "zod";

export const KEYS_MAX = 1_000;
export const URL_MAX = 2_000;
const SOURCE_MAX = 100;

const atMost = (max: number) => z.string("must be a string").max(max, `must have at most ${max} characters`);

/** A report from anyone. The reporter's text is cleaned before it is stored. */
export const leakReportInput = z
  .strictObject({
    keys: z
      .array(z.string("must be a string"), "is required and must be a list of strings")
      .min(1, "must have at least one key")
      .max(KEYS_MAX, `must have at most ${KEYS_MAX} keys`)
      .meta({ description: "Strings that look like keys. Other strings are ignored.", example: ["gt_…"] }),
    url: atMost(URL_MAX)
      .default("")
      .meta({ description: "Where they were found.", example: "https://example.com/app.js" }),
    source: atMost(SOURCE_MAX)
      .default("")
      .meta({ description: "Who found them, such as the name of a scanner.", example: "Example Scanner" }),
  })
  .meta({ id: "LeakReport" });

/** The form on the account page: a checked box chooses revocation after 24 hours. */
export const leakGraceInput = z.object({ graced: z.literal("on").optional() });

/** GitHub's message. GitHub may add fields. */
export const githubReportInput = z
  .array(
    z.object({
      token: z.string("must be a string"),
      type: z.string("must be a string"),
      url: z.string("must be a string").nullish(),
    }),
    "must be a list",
  )
  .meta({ id: "GitHubLeakReport" });

export const githubReportAnswer = z
  .array(
    z.object({
      token_hash: z.string().meta({ description: "SHA-256 of the token, in hex." }),
      token_type: z.string(),
      label: z.enum(["true_positive", "false_positive"]),
    }),
  )
  .meta({ id: "GitHubLeakAnswer" });

/** Where a key was found and by whom, in the reporter's words. Shown as text and never fetched. */
export type Finding = { source: string; url: string };
