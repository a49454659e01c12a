import type { ReactNode } from "react";
import type { Failure, FormState } from "#lib/actions/form-state.ts";

/** Sentences by field name. `form` stands above the form. */
export type Problems = Record<string, ReactNode>;

/** The problems that a form shows for each failure of its action. */
export type FailureWords<F extends { error: string }> = Record<
  F["error"],
  Problems | ((retryAfterSeconds: number) => Problems)
>;

/** Combines the problems of the fields with those of the failure. */
export function problemsOf({ fields, failure }: FormState<Failure>, words: FailureWords<Failure>): Problems {
  const problems: Problems = {};
  for (const [field, [first] = []] of Object.entries(fields ?? {})) problems[field] = first;
  if (!failure) return problems;
  const said = words[failure.error];
  const seconds = "retryAfterSeconds" in failure ? Number(failure.retryAfterSeconds) : 1;
  return { ...problems, ...(typeof said === "function" ? said(seconds) : said) };
}
