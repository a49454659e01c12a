import { z } from "zod";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";
import { EXTENSIONS, type Extension } from "#lib/api-keys/model/extended-end.ts";
import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";
import { FINDINGS } from "#lib/api-keys/model/key-warning.ts";
import { DEFAULT_VIEW, type ListQuery, SEARCH_MAX, SORT_COLUMNS, searchText } from "#lib/api-keys/model/list-view.ts";
import { OVERLAPS, type Overlap } from "#lib/api-keys/model/overlap-end.ts";
import { STATUSES } from "#lib/api-keys/model/status.ts";
import { isLegible } from "#lib/text/legible.ts";

// Zod's compiled checks begin with a probe for eval, which the pages' policy forbids and browsers report.
if (typeof window !== "undefined") z.config({ jitless: true });

export const NAME_MAX = 64;
export const EXPIRY_MAX_YEARS = 5;

/** Days from the server's now; `never` and `custom` are the other choices of the form. */
export const EXPIRY_PRESETS = { "7d": 7, "30d": 30, "60d": 60, "90d": 90, "1y": 365 } as const;
type ExpiryPreset = keyof typeof EXPIRY_PRESETS;

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
/** As the form sends it. */
export type CreateApiKeyForm = z.input<typeof createApiKeyInput>;

export const keyHash = z.string().regex(/^[0-9a-f]{64}$/);
export const apiKeyId = z.uuid();
export const renameApiKeyInput = z.object({ id: apiKeyId, name: apiKeyName });

export const rotateApiKeyInput = z.object({ id: apiKeyId, overlap: z.enum(Object.keys(OVERLAPS) as [Overlap]) });
export const extendOverlapInput = z.object({ id: apiKeyId, by: z.enum(Object.keys(EXTENSIONS) as [Extension]) });

/** Whatever of an address doesn't fit falls back to its default: a shared link never fails. */
export const listQuery = z.object({
  q: z.string().transform(searchText).catch(DEFAULT_VIEW.q),
  status: z.enum(STATUSES).nullable().catch(DEFAULT_VIEW.status),
  environment: z.enum(ENVIRONMENTS).nullable().catch(DEFAULT_VIEW.environment),
  finding: z.enum(FINDINGS).nullable().catch(DEFAULT_VIEW.finding),
  sort: z.enum(SORT_COLUMNS).catch(DEFAULT_VIEW.sort),
  direction: z.enum(["asc", "desc"]).catch(DEFAULT_VIEW.direction),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(DEFAULT_VIEW.page),
}) satisfies z.ZodType<ListQuery>;

/** No fallbacks here: a view that can't be read must never come to mean all keys. */
export const selection = z.object({
  /** All keys that match the view but these, or just these. */
  all: z.boolean(),
  ids: z.array(apiKeyId).max(10_000),
  view: z.object({
    q: z
      .string()
      .max(SEARCH_MAX)
      .refine((q) => !q.includes("\0")),
    status: z.enum(STATUSES).nullable(),
    environment: z.enum(ENVIRONMENTS).nullable(),
    finding: z.enum(FINDINGS).nullable(),
  }),
});
export type Selection = z.output<typeof selection>;

export const confirmedSelection = selection.extend({
  /** When the evidence was read that was confirmed, and how many keys it said would be taken. */
  confirmedAt: z.date(),
  confirmedKeys: z.int().min(1),
});
export type ConfirmedSelection = z.output<typeof confirmedSelection>;
