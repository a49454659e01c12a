import { refresh } from "next/cache";
import type { z } from "zod";
import type { SessionUser } from "#lib/accounts/sessions.ts";
import { done, type Failure, type FormState, failed, formFields, invalid } from "#lib/actions/form-state.ts";
import type { Caller } from "#lib/activity/record.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { err } from "#lib/result.ts";

/** The signed-in user, and where the request comes from. */
export type ActingUser = SessionUser & { caller: Caller };
type Settled = { ok: true } | Failure;

/**
 * Makes a server action: requires a session, parses the input, calls and refreshes the page. Anyone
 * can send an action anything, so an input that doesn't fit the schema is `invalid`. Pass
 * `refreshes: false` for a query, and for an answer with a key, which a refresh would take off the
 * screen.
 */
export function userAction<Schema extends z.ZodType, Answer>(
  schema: Schema,
  call: (user: ActingUser, input: z.output<Schema>) => Promise<Answer>,
  { refreshes = true } = {},
) {
  return async (input: z.input<Schema>) => {
    const user = await actingUser();
    const parsed = schema.safeParse(input);
    if (!parsed.success) return err("invalid");
    const answer = await call(user, parsed.data);
    if (refreshes) refresh();
    return answer;
  };
}

/**
 * Makes a server action for a form, as {@link userAction} does. It also works without JavaScript.
 */
export function userFormAction<Schema extends z.ZodType, Answer extends Settled>(
  schema: Schema,
  call: (user: ActingUser, input: z.output<Schema>) => Promise<Answer>,
) {
  type State = FormState<
    Extract<Answer, Failure>,
    Extract<Answer, { ok: true }> extends { value: infer V } ? V : unknown
  >;
  return async (_: State, form: FormData): Promise<State> => {
    const user = await actingUser();
    const parsed = schema.safeParse(formFields(form));
    if (!parsed.success) return invalid(form, parsed.error) as State;
    const answer = await call(user, parsed.data);
    if (!answer.ok) return failed(form, answer) as State;
    refresh();
    return done(parsed.data, "value" in answer ? answer.value : undefined) as State;
  };
}

async function actingUser(): Promise<ActingUser> {
  const user = await requireUser();
  return { ...user, caller: await requestCaller() };
}
