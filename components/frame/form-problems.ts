import type { ReactNode } from "react";
import type { Failure, FormState } from "#lib/actions/form-state.ts";

/** Sentences by field name. `form` stands above the form. */
export type Problems = Record<string, ReactNode>;

/** The problems that a form shows for each failure of its action. */
export type FailureWords<F extends Failure> = {
  [E in F["error"]]: Problems | ((failure: Extract<F, { error: E }>) => Problems);
};

/** Combines the problems of the fields with those of the failure. */
export function problemsOf<F extends Failure>({ fields, failure }: FormState<F>, words: FailureWords<F>): Problems {
  const problems: Problems = {};
  for (const [field, [first] = []] of Object.entries(fields ?? {})) problems[field] = first;
  return failure ? { ...problems, ...failureProblems(failure as unknown as F, words) } : problems;
}

export function failureProblems<F extends Failure>(failure: F, words: FailureWords<F>): Problems {
  const said = words[failure.error as F["error"]];
  return typeof said === "function" ? said(failure as never) : said;
}
