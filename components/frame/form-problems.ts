import type { ReactNode } from "react";
import type { Failure, FormState } from "#lib/actions/form-state.ts";

/** Sentences by the name of the field that they stand at; `form` stands above the form. */
export type Problems = Record<string, ReactNode>;

/** What a form says of each failure of its action. A function gets the seconds until another attempt is accepted. */
export type FailureWords<F extends { error: string }> = Record<
  F["error"],
  Problems | ((retryAfterSeconds: number) => Problems)
>;

/** Tells what the schema and the domain say of a form that was sent. */
export function problemsOf({ fields, failure }: FormState<Failure>, words: FailureWords<Failure>): Problems {
  const problems: Problems = {};
  for (const [field, [first] = []] of Object.entries(fields ?? {})) problems[field] = first;
  if (!failure) return problems;
  const said = words[failure.error];
  const seconds = "retryAfterSeconds" in failure ? Number(failure.retryAfterSeconds) : 1;
  return { ...problems, ...(typeof said === "function" ? said(seconds) : said) };
}
