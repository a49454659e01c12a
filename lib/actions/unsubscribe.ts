"use server";

import { done, type Failure, type FormState, failed, formFields, invalid } from "#lib/actions/form-state.ts";
import { noteBegun } from "#lib/auth/current-request.ts";
import { unsubscribeInput } from "#lib/mail/model/schema.ts";
import { muteNotice } from "#lib/mail/muted-notices.ts";
import { readUnsubscribeToken } from "#lib/mail/unsubscribe-token.ts";
import { err } from "#lib/result.ts";

type State = FormState<Failure & { error: "unknown_token" }>;

/** Needs no session, because the token is the proof. */
export async function unsubscribeAction(_: State, form: FormData): Promise<State> {
  noteBegun();
  const parsed = unsubscribeInput.safeParse(formFields(form));
  if (!parsed.success) return invalid(form, parsed.error);
  const read = readUnsubscribeToken(parsed.data.token);
  if (!read) return failed(form, err("unknown_token")) as State;
  await muteNotice(read.userId, read.setting);
  return done({}, undefined);
}
