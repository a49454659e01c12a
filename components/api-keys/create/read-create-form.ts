import { dateAfter, endOfDay } from "#components/api-keys/create/custom-date.ts";
import type { Limit } from "#components/api-keys/expiry/lifetime.ts";
import type { Problems } from "#components/frame/form-problems.ts";
import { EXPIRY_MAX_YEARS } from "#lib/api-keys/model/expiry.ts";
import { type CreateApiKeyForm, createApiKeyInput } from "#lib/api-keys/model/schema.ts";

export const OUT_OF_RANGE = `Choose a day from tomorrow to ${EXPIRY_MAX_YEARS} years ahead.`;

/** Returns the first and last day that a key may expire at the end of. */
export function selectableDays(now: Date, limit: Limit | null) {
  let max = dateAfter(now, { years: EXPIRY_MAX_YEARS });
  const last = limit ? dateAfter(limit.at, { days: -1 }) : max;
  if (last < max) max = last;
  return { min: dateAfter(now, { days: 1 }), max };
}

/** Returns the input of the server action, or the problems of the form. */
export function readCreateForm(
  form: FormData,
  now: Date,
  limit: Limit | null,
): { input: CreateApiKeyForm } | { problems: Problems } {
  const expiry = String(form.get("expiry"));
  const date = String(form.get("date"));
  const at = endOfDay(date);
  const input = {
    name: form.get("name"),
    environment: form.get("environment"),
    expiry:
      expiry === "never"
        ? { type: "never" }
        : expiry === "custom"
          ? { type: "custom", at: at?.toISOString() }
          : { type: "preset", preset: expiry },
  };
  const problems: Problems = {};
  const { min, max } = selectableDays(now, limit);
  // The server checks instants, not days, and would accept the end of today.
  if (expiry === "custom" && at && (date < min || date > max)) problems.expiry = limit?.words ?? OUT_OF_RANGE;
  const parsed = createApiKeyInput.safeParse(input);
  if (parsed.success) return problems.expiry ? { problems } : { input: input as CreateApiKeyForm };
  for (const { path, message } of parsed.error.issues) {
    if (path[0] === "name") problems.name ??= message;
    else if (path[0] === "expiry") problems.expiry ??= message;
    else problems.form ??= message;
  }
  return { problems };
}
