import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";

/** The state of the restrictions form: texts as the user typed them. */
export type RestrictionDraft = {
  access: "full" | "restricted";
  scopes: string[];
  networks: string;
  requestsPerMinute: string;
  creditsPerMonth: string;
};

export function draftOf({
  scopes,
  allowedNetworks,
  requestsPerMinute,
  creditsPerMonth,
}: Restrictions): RestrictionDraft {
  return {
    access: scopes ? "restricted" : "full",
    scopes: scopes ?? [],
    networks: allowedNetworks?.join("\n") ?? "",
    requestsPerMinute: requestsPerMinute === null ? "" : String(requestsPerMinute),
    creditsPerMonth: creditsPerMonth === null ? "" : String(creditsPerMonth),
  };
}

export const FULL_ACCESS = draftOf(UNRESTRICTED);

/** The preset for an AI agent: no permissions until the user selects some, and a spending cap. */
export const AGENT_KEY: RestrictionDraft = { ...FULL_ACCESS, access: "restricted", creditsPerMonth: "100" };

/** Returns the name of a permission's checkbox. A kept draft has it if the box was checked. */
export const scopeField = (name: string) => `scope ${name}`;

/**
 * Restores what the user typed before signing in again, from the kept fields by name. Returns
 * `otherwise` if nothing was kept.
 */
export function restoredDraft(kept: Record<string, string | undefined>, otherwise = FULL_ACCESS): RestrictionDraft {
  const { access, networks = "", requestsPerMinute = "", creditsPerMonth = "" } = kept;
  if (!access) return otherwise;
  return {
    access: access === "restricted" ? access : "full",
    scopes: Object.keys(kept).flatMap((field) =>
      field.startsWith(scopeField("")) ? field.slice(scopeField("").length) : [],
    ),
    networks,
    requestsPerMinute,
    creditsPerMonth,
  };
}
