import { type RestrictionColumns, restrictionsOf } from "#lib/api-keys/model/restrictions.ts";

/** Summarizes the restrictions of a key: "1 permission, 2 networks". Empty for none. */
export function restrictionSummary(key: RestrictionColumns): string {
  const { scopes, allowedNetworks, requestsPerMinute, creditsPerMonth } = restrictionsOf(key);
  return [
    scopes && (scopes.length === 0 ? "no permission" : counted(scopes.length, "permission")),
    allowedNetworks && counted(allowedNetworks.length, "network"),
    requestsPerMinute !== null && `${counted(requestsPerMinute, "request")} a minute`,
    creditsPerMonth !== null && `${counted(creditsPerMonth, "credit")} a month`,
  ]
    .filter(Boolean)
    .join(", ");
}

function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
