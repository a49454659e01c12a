import { z } from "zod";
import { ENVIRONMENTS } from "#lib/api-keys/environment.ts";
import { KEY_SHAPE } from "#lib/api-keys/key-text.ts";
import { DEFAULT_VIEW, type ListQuery, SORT_COLUMNS, searchText } from "#lib/api-keys/list-view.ts";
import { STATUSES } from "#lib/api-keys/status.ts";

export const NAME_MAX = 64;
export const EXPIRY_MAX_YEARS = 5;

/** Days from the server's now; `never` and `custom` are the other choices of the form. */
export const EXPIRY_PRESETS = { "7d": 7, "30d": 30, "60d": 60, "90d": 90, "1y": 365 } as const;
export type ExpiryPreset = keyof typeof EXPIRY_PRESETS;

/** Control, bidi-override and other invisible characters, by which a name could pass for another one or break a row. */
const FORBIDDEN_IN_NAMES =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u;

export const apiKeyName = z
  .string("Give the key a name.")
  .transform((name) => name.normalize("NFC").trim())
  .pipe(
    z
      .string()
      .min(1, "Give the key a name.")
      .refine((name) => [...name].length <= NAME_MAX, `A name has at most ${NAME_MAX} characters.`)
      .refine((name) => !FORBIDDEN_IN_NAMES.test(name), "A name can't contain control or text-direction characters.")
      .refine((name) => !KEY_SHAPE.test(name), "This looks like an API key. Give the key a name instead."),
  );

const customExpiry = z.object({
  type: z.literal("custom"),
  /** The end of the chosen day in the reader's zone, as an instant. */
  at: z.iso.datetime({ offset: true, error: "Choose a date." }).transform((at) => new Date(at)),
});

export const createApiKeyInput = z.object({
  name: apiKeyName,
  environment: z.enum(ENVIRONMENTS, "Choose an environment."),
  expiry: z.discriminatedUnion("type", [
    z.object({ type: z.literal("never") }),
    z.object({
      type: z.literal("preset"),
      preset: z.enum(Object.keys(EXPIRY_PRESETS) as [ExpiryPreset, ...ExpiryPreset[]]),
    }),
    customExpiry,
  ]),
});
export type CreateApiKeyInput = z.output<typeof createApiKeyInput>;

export const keyHash = z.string().regex(/^[0-9a-f]{64}$/);
export const apiKeyId = z.uuid();
export const renameApiKeyInput = z.object({ id: apiKeyId, name: apiKeyName });

/** How long a replaced key stays valid, in hours. `on_use`: until a day after the new key's first request, 30 days at most. */
export const OVERLAPS = { now: 0, "1h": 1, "24h": 24, "7d": 7 * 24, on_use: 30 * 24 } as const;
export type Overlap = keyof typeof OVERLAPS;
export const ON_USE_HOURS = 24;

export const rotateApiKeyInput = z.object({ id: apiKeyId, overlap: z.enum(Object.keys(OVERLAPS) as [Overlap]) });
export const extendOverlapInput = z.object({ id: apiKeyId, overlap: z.enum(["1h", "24h", "7d"]) });

/** Whatever of an address doesn't fit falls back to its default: a shared link never fails. */
export const listQuery = z.object({
  q: z.string().transform(searchText).catch(DEFAULT_VIEW.q),
  status: z.enum(STATUSES).nullable().catch(DEFAULT_VIEW.status),
  environment: z.enum(ENVIRONMENTS).nullable().catch(DEFAULT_VIEW.environment),
  sort: z.enum(SORT_COLUMNS).catch(DEFAULT_VIEW.sort),
  direction: z.enum(["asc", "desc"]).catch(DEFAULT_VIEW.direction),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(DEFAULT_VIEW.page),
}) satisfies z.ZodType<ListQuery>;
