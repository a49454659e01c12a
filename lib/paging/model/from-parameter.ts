import { z } from "zod";

/** Parses a page's start from a URL parameter. Falls back to the start of the list. */
export const fromParameter = (value: z.ZodType<string>) =>
  z
    .preprocess(
      (text) => {
        const [towards, of, id] = typeof text === "string" ? text.split("_") : [];
        return { towards, value: of, id };
      },
      z.object({ towards: z.enum(["later", "earlier"]), value, id: z.guid() }),
    )
    .nullable()
    .catch(null);
