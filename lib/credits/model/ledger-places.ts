import { z } from "zod";

/** The key of movements that no key made, sign-up credits and grants, in `CreditDay`. */
export const NO_KEY = "00000000-0000-0000-0000-000000000000";

/** A UTC day of this century, `YYYY-MM-DD`. */
export const ledgerDay = z.iso.date().regex(/^20/);

/** A row of the ledger, which is one of a UTC day and a key. */
export type DayPlace = { day: string; apiKeyId: string };
/** A single movement. Movements of one statement are of one instant. */
export type MovementPlace = { createdAt: Date; id: string };

const END_OF_CENTURY_MS = Date.UTC(2100, 0);

/** A place as it stands in an address; undefined for what is none. */
const placeOf = <T extends z.ZodType>(first: T) =>
  z
    .string()
    .transform((text) => text.split("_"))
    .pipe(z.tuple([first, z.guid()]));

export const dayPlace = placeOf(ledgerDay)
  .transform(([day, apiKeyId]): DayPlace => ({ day, apiKeyId }))
  .optional()
  .catch(undefined);

export const movementPlace = placeOf(z.coerce.number().int().min(0).max(END_OF_CENTURY_MS))
  .transform(([ms, id]): MovementPlace => ({ createdAt: new Date(ms), id }))
  .optional()
  .catch(undefined);

export const dayPlaceText = ({ day, apiKeyId }: DayPlace): string => `${day}_${apiKeyId}`;
export const movementPlaceText = ({ createdAt, id }: MovementPlace): string => `${createdAt.getTime()}_${id}`;

/** What the address of a row's page says: where its movements begin. */
export const movementsQuery = z.object({ before: movementPlace, after: movementPlace });
