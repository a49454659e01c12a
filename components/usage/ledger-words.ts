import { NO_KEY } from "#lib/credits/model/ledger-row.ts";

const signed = new Intl.NumberFormat("en", { signDisplay: "exceptZero" });

export const signedCredits = (credits: number): string => signed.format(credits);

type Row = { day: string; apiKeyId: string; keyName: string | null };

/** Names the key that moved the credits. Sign-up credits and grants have none. */
export function ledgerKeyName({ apiKeyId, keyName }: Row): string {
  return apiKeyId === NO_KEY ? "Added to the account" : (keyName ?? "Unknown key");
}

/** Builds the path of the movements that a row of the ledger sums up. */
export const ledgerRowPath = ({ day, apiKeyId }: Row): string => `/settings/usage/${day}/${apiKeyId}`;
