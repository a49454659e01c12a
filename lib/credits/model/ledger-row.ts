import { z } from "zod";

/** A UTC day of this century, `YYYY-MM-DD`. */
export const ledgerDay = z.iso.date().regex(/^20/);

/** Identifies a row of the ledger. */
export const ledgerRowId = z.object({ day: ledgerDay, apiKeyId: z.guid() });
export type LedgerRowId = z.infer<typeof ledgerRowId>;

/** An instant in a URL, in milliseconds since the epoch. */
export const epochMs = z.string().regex(/^\d{1,13}$/);
