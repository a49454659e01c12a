import { formatNumber } from "#components/ui/number.ts";
import { NO_KEY } from "#lib/credits/model/no-key.ts";

/** Formats a change of credits with its sign: "+5", "-1,234", "0". */
export const signedCredits = (credits: number): string => (credits > 0 ? "+" : "") + formatNumber(credits);

type Row = { day: string; apiKeyId: string; keyName: string | null };

/** Names the key that moved the credits. Sign-up credits and grants have none. */
export function ledgerKeyName({ apiKeyId, keyName }: Row): string {
  return apiKeyId === NO_KEY ? "Added to the account" : (keyName ?? "Unknown key");
}

/** Builds the path of the movements that a row of the ledger sums up. */
export const ledgerRowPath = ({ day, apiKeyId }: Row): string => `/settings/usage/${day}/${apiKeyId}`;
