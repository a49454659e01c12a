import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";

/** What the form of restrictions holds: texts as they were typed. */
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

/** The preset for an AI agent: nothing that wasn't chosen, and a cap on what it may spend. */
export const AGENT_KEY: RestrictionDraft = { ...FULL_ACCESS, access: "restricted", creditsPerMonth: "100" };

/** The name of a permission's checkbox, which a kept draft has if it was checked. */
export const scopeField = (name: string) => `scope ${name}`;

/** Returns what was typed before another sign-in, by the names of the fields. */
export function restoredDraft(kept: Record<string, string | undefined>): RestrictionDraft {
  const { access, networks = "", requestsPerMinute = "", creditsPerMonth = "" } = kept;
  if (!access) return FULL_ACCESS;
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
