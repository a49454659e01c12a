import { z } from "zod";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";
import { EXPIRY_PRESETS, type ExpiryPreset } from "#lib/api-keys/model/expiry.ts";
import { EXTENSIONS, type Extension } from "#lib/api-keys/model/extended-end.ts";
import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";
import { WARNINGS } from "#lib/api-keys/model/key-warning.ts";
import {
  DEFAULT_VIEW,
  type ListQuery,
  RESTRICTED,
  SEARCH_MAX,
  SORT_COLUMNS,
  searchText,
  USES,
} from "#lib/api-keys/model/list-view.ts";
import { OVERLAPS, type Overlap } from "#lib/api-keys/model/overlap-end.ts";
import { STATUSES } from "#lib/api-keys/model/status.ts";
import { isLegible } from "#lib/text/legible.ts";

// Zod's compiled checks probe for eval, which the pages' policy forbids and browsers report.
if (typeof window !== "undefined") z.config({ jitless: true });

export const NAME_MAX = 64;
export const NOTE_MAX = 500;

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

/** Text of several lines. Empty removes the note. */
export const apiKeyNote = z
  .string()
  .transform((note) => note.normalize("NFC").replace(/\r\n?/g, "\n").trim())
  .pipe(
    z
      .string()
      .refine((note) => [...note].length <= NOTE_MAX, `A note has at most ${NOTE_MAX} characters.`)
      .refine(
        (note) => note === "" || isLegible(note.replaceAll(/[\n\t]/g, " ")),
        "A note can't contain control, text-direction or invisible characters.",
      )
      .refine((note) => !KEY_SHAPE.test(note), "This has an API key in it. Write where the key is stored instead."),
  );

const never = z.object({ type: z.literal("never") });
const preset = z.object({
  type: z.literal("preset"),
  preset: z.enum(Object.keys(EXPIRY_PRESETS) as [ExpiryPreset, ...ExpiryPreset[]]),
});
const custom = z.object({
  type: z.literal("custom"),
  /** The end of the chosen day in the user's time zone. */
  at: z.iso.datetime({ offset: true, error: "Choose a date." }).transform((at) => new Date(at)),
});
export const keyExpiry = z.discriminatedUnion("type", [never, preset, custom]);
/** `same`: the successor lasts as long as the key that it replaces. */
const successorExpiry = z.discriminatedUnion("type", [z.object({ type: z.literal("same") }), never, preset, custom]);
export type SuccessorExpiry = z.output<typeof successorExpiry>;

/** What every new key has. A decoy has no more. */
export const newKeyInput = z.object({
  name: apiKeyName,
  environment: z.enum(ENVIRONMENTS, "Choose an environment."),
});

export const createApiKeyInput = newKeyInput.extend({ expiry: keyExpiry });
export type CreateApiKeyInput = z.output<typeof createApiKeyInput>;

export const keyHash = z.string().regex(/^[0-9a-f]{64}$/);
export const apiKeyId = z.uuid();
export const renameApiKeyInput = z.object({ id: apiKeyId, name: apiKeyName });
export const noteApiKeyInput = z.object({ id: apiKeyId, note: apiKeyNote });

export const rotateApiKeyInput = z.object({
  id: apiKeyId,
  overlap: z.enum(Object.keys(OVERLAPS) as [Overlap]),
  expiry: successorExpiry,
});
export const changeExpiryInput = z.object({ id: apiKeyId, expiry: keyExpiry });
export const extendOverlapInput = z.object({ id: apiKeyId, by: z.enum(Object.keys(EXTENSIONS) as [Extension]) });

export const warningKind = z.enum(WARNINGS);

/** Replaces invalid parts of an address by their defaults, so that a shared link never fails. */
export const listQuery = z.object({
  q: z.string().transform(searchText).catch(DEFAULT_VIEW.q),
  status: z.enum(STATUSES).nullable().catch(DEFAULT_VIEW.status),
  environment: z.enum(ENVIRONMENTS).nullable().catch(DEFAULT_VIEW.environment),
  finding: z.enum(WARNINGS).nullable().catch(DEFAULT_VIEW.finding),
  use: z.enum(USES).nullable().catch(DEFAULT_VIEW.use),
  restricted: z.enum(RESTRICTED).nullable().catch(DEFAULT_VIEW.restricted),
  sort: z.enum(SORT_COLUMNS).catch(DEFAULT_VIEW.sort),
  direction: z.enum(["asc", "desc"]).catch(DEFAULT_VIEW.direction),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(DEFAULT_VIEW.page),
}) satisfies z.ZodType<ListQuery>;

/** Has no fallbacks, because an invalid view must never select all keys. */
export const selection = z.object({
  /** Whether `ids` are the exceptions from all keys that match the view, or the selected keys. */
  all: z.boolean(),
  ids: z.array(apiKeyId).max(10_000),
  view: z.object({
    q: z
      .string()
      .max(SEARCH_MAX)
      .refine((q) => !q.includes("\0")),
    status: z.enum(STATUSES).nullable(),
    environment: z.enum(ENVIRONMENTS).nullable(),
    finding: z.enum(WARNINGS).nullable(),
    use: z.enum(USES).nullable(),
    restricted: z.enum(RESTRICTED).nullable(),
  }),
});
export type Selection = z.output<typeof selection>;

export const confirmedSelection = selection.extend({
  /** When the confirmed usage summary was read, and how many keys it counted. */
  confirmedAt: z.date(),
  confirmedKeys: z.int().min(1),
});
export type ConfirmedSelection = z.output<typeof confirmedSelection>;
