"use client";

import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { changeLeakGraceAction } from "#lib/actions/account.ts";

const FIRST = { values: {} };
const TITLE = "Revoke production keys after 24 hours";

/** Chooses when leaked production keys are revoked, with and without JavaScript. */
export function LeakGraceForm({ graced }: { graced: boolean }) {
  const { state, pending, problems, props } = useServerForm(changeLeakGraceAction, FIRST, "leak-grace", {});
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <label className="flex cursor-pointer items-start justify-between gap-4">
        <span className="min-w-0">
          <span className="font-medium">{TITLE}</span>
          <span className="mt-0.5 block text-[0.8125rem] text-muted">
            We email you immediately, so you can rotate the key without an interruption. Until the key is revoked,
            anyone who has it can use it. Requires a verified email address.
          </span>
        </span>
        <input
          // Remounts after a save, because React keeps the first `defaultChecked`.
          key={String(graced)}
          type="checkbox"
          name="graced"
          aria-label={TITLE}
          defaultChecked={graced}
          className="switch mt-0.5"
        />
      </label>
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Save setting
        </Button>
        <span role="status" className="text-[0.8125rem] text-muted">
          {state.done && "Setting saved."}
        </span>
      </div>
    </form>
  );
}
