import { z } from "zod";

/** The key of movements that no key made, sign-up credits and grants, in `CreditDay`. */
export const NO_KEY = "00000000-0000-0000-0000-000000000000";

/** A UTC day of this century, `YYYY-MM-DD`. */
export const ledgerDay = z.iso.date().regex(/^20/);

/** A row of the ledger, which is one of a UTC day and a key. */
export type DayPlace = { day: string; apiKeyId: string };
/** A single movement. Movements of one statement are of one instant. */
export type MovementPlace = { createdAt: Date; id: string };

/** A place as it stands in an address; undefined for what is none. */
const placeOf = <T extends z.ZodType<unknown, string>>(first: T) =>
  z
    .string()
    .transform((text) => text.split("_"))
    .pipe(z.tuple([first, z.guid()]));

export const dayPlace = placeOf(ledgerDay)
  .transform(([day, apiKeyId]): DayPlace => ({ day, apiKeyId }))
  .optional()
  .catch(undefined);

export const movementPlace = placeOf(z.string().regex(/^\d{1,13}$/))
  .transform(([ms, id]): MovementPlace => ({ createdAt: new Date(Number(ms)), id }))
  .optional()
  .catch(undefined);

export const dayPlaceText = ({ day, apiKeyId }: DayPlace): string => `${day}_${apiKeyId}`;
export const movementPlaceText = ({ createdAt, id }: MovementPlace): string => `${createdAt.getTime()}_${id}`;

/** What the address of a row's page says: where its movements begin. */
export const movementsQuery = z.object({ before: movementPlace, after: movementPlace });
