"use client";

import { SettingSwitch } from "#components/account/setting-switch.tsx";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { changeLeakGraceAction } from "#lib/actions/account.ts";

const FIRST = { values: {} };

/** Chooses when leaked production keys are revoked, with and without JavaScript. */
export function LeakGraceForm({ graced }: { graced: boolean }) {
  const { state, pending, problems, props } = useServerForm(changeLeakGraceAction, FIRST, "leak-grace", {});
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <SettingSwitch
        name="graced"
        title="Revoke production keys after 24 hours"
        help="You get a mail at once and can rotate the key without an interruption. Until then whoever found it can use it. Needs a verified email address."
        on={graced}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Save choice
        </Button>
        <span role="status" className="text-[0.8125rem] text-muted">
          {state.done && "Choice saved."}
        </span>
      </div>
    </form>
  );
}
