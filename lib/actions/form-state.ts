import { z } from "zod";
import { setResponseStatus } from "#lib/auth/current-request.ts";

/** An expected failure of a domain call. */
export type Failure = { ok: false; error: string; retryAfterSeconds?: number };
/** One type for each error, so that a form can tell them apart. */
type EachFailure<F extends Failure> = F extends { retryAfterSeconds: number }
  ? F
  : F["error"] extends infer E
    ? E extends string
      ? { ok: false; error: E }
      : never
    : never;

/** What a form shows after a submit. */
export type FormState<F extends Failure = never, Done = unknown> = {
  /** The typed values, never a password. */
  values: Record<string, string>;
  /** The schema's messages for each field. */
  fields?: Record<string, string[] | undefined>;
  failure?: EachFailure<F>;
  done?: { value: Done };
};

/** The state of an action's form. */
export type StateOf<Action extends (state: never, form: FormData) => Promise<FormState<Failure>>> = Awaited<
  ReturnType<Action>
>;

/** The failures that an action's form can show. */
export type FailureOf<Action extends (state: never, form: FormData) => Promise<FormState<Failure>>> = NonNullable<
  StateOf<Action>["failure"]
>;

/**
 * Reads a form's fields by name, without the fields in which Next names the action. An argument
 * that isn't a form has no fields.
 */
export function formFields(form: unknown): Record<string, unknown> {
  return form instanceof FormData ? Object.fromEntries([...form].filter(([name]) => !name.startsWith("$ACTION_"))) : {};
}

export function invalid(form: unknown, error: z.ZodError): FormState {
  return { values: typed(formFields(form)), fields: z.flattenError(error).fieldErrors };
}

/** Sets the HTTP status of a failure: 429 if throttled, 503 if the server is busy. */
export function failed<F extends Failure>(form: unknown, failure: F): FormState<F> {
  if (failure.error === "throttled") setResponseStatus(429);
  if (failure.error === "busy") setResponseStatus(503);
  return { values: typed(formFields(form)), failure: failure as unknown as EachFailure<F> };
}

export function done<Done>(input: unknown, value: Done): FormState<never, Done> {
  return { values: typed(input as Record<string, unknown>), done: { value } };
}

function typed(fields: Record<string, unknown>): Record<string, string> {
  const shown = ["name", "email", "token", "keys"].map((field) => [field, fields[field]]);
  return Object.fromEntries(shown.filter(([, value]) => typeof value === "string"));
}
