import { z } from "zod";
import { STATUSES } from "#lib/api-keys/status.ts";
import { isLegible } from "#lib/legible.ts";

export const NAME_MAX = 64;
export const EXPIRY_MAX_YEARS = 5;
export const PAGE_SIZE = 25;
export const ENVIRONMENTS = ["production", "staging", "development"] as const;
export type ApiKeyEnvironment = (typeof ENVIRONMENTS)[number];

/** Days from the server's now; `never` and `custom` are the other choices of the form. */
export const EXPIRY_PRESETS = { "7d": 7, "30d": 30, "60d": 60, "90d": 90, "1y": 365 } as const;
export type ExpiryPreset = keyof typeof EXPIRY_PRESETS;

/** A text with the shape of a key, wherever it stands: such text must never reach the URL, the server or storage. */
export const KEY_SHAPE = /gt_[0-9A-Za-z]{20,}/;

export const apiKeyName = z
  .string("Give the key a name.")
  .transform((name) => name.normalize("NFC").trim())
  .pipe(
    z
      .string()
      .min(1, "Give the key a name.")
      .refine((name) => [...name].length <= NAME_MAX, `A name has at most ${NAME_MAX} characters.`)
      .refine(isLegible, "A name can't contain control, text-direction or invisible characters.")
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

/** A whole key. */
export const KEY_GRAMMAR = /^gt_[0-9A-Za-z]{36}$/;
export const keyHash = z.string().regex(/^[0-9a-f]{64}$/);
export const apiKeyId = z.uuid();
export const renameApiKeyInput = z.object({ id: apiKeyId, name: apiKeyName });

/** How long a replaced key stays valid, in hours. `on_use`: until a day after the new key's first request, 30 days at most. */
export const OVERLAPS = { now: 0, "1h": 1, "24h": 24, "7d": 7 * 24, on_use: 30 * 24 } as const;
export type Overlap = keyof typeof OVERLAPS;
export const ON_USE_HOURS = 24;

export const rotateApiKeyInput = z.object({ id: apiKeyId, overlap: z.enum(Object.keys(OVERLAPS) as [Overlap]) });
export const extendOverlapInput = z.object({ id: apiKeyId, overlap: z.enum(["1h", "24h", "7d"]) });

export const SORT_COLUMNS = ["name", "key", "created", "lastUsed", "expires", "status"] as const;

/** The view of the list that the URL holds. Whatever doesn't fit falls back to its default: a shared link never fails. */
export const listQuery = z.object({
  q: z
    .string()
    .trim()
    .max(100)
    .refine((text) => !KEY_SHAPE.test(text) && !text.includes("\0"))
    .catch(""),
  status: z.enum(STATUSES).nullable().catch(null),
  environment: z.enum(ENVIRONMENTS).nullable().catch(null),
  sort: z.enum(SORT_COLUMNS).catch("created"),
  direction: z.enum(["asc", "desc"]).catch("desc"),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});
export type ListQuery = z.output<typeof listQuery>;
/** What of it says which keys are shown; the rest says in which order. */
export type View = Pick<ListQuery, "q" | "status" | "environment">;

/** No fallbacks here: a view that can't be read must never come to mean all keys. */
export const selection = z.object({
  /** All keys that match the view but these, or just these. */
  all: z.boolean(),
  ids: z.array(apiKeyId).max(10_000),
  view: z.object({
    q: z.string().max(100),
    status: z.enum(STATUSES).nullable(),
    environment: z.enum(ENVIRONMENTS).nullable(),
  }),
});
export type Selection = z.output<typeof selection>;

export const confirmedSelection = selection.extend({
  /** When the evidence was read that was confirmed, and how many keys it said would be taken. */
  confirmedAt: z.date(),
  confirmedKeys: z.int().min(1),
});
export type ConfirmedSelection = z.output<typeof confirmedSelection>;
