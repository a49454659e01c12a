"use client";

import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { takeFocus } from "#components/ui/take-focus.ts";
import { unsubscribeAction } from "#lib/actions/unsubscribe.ts";

const FIRST = { values: {} };

export function UnsubscribeForm({ token }: { token: string }) {
  const { state, pending, problems, props } = useServerForm(unsubscribeAction, FIRST, "unsubscribe", {
    unknown_token: { form: "This link isn't complete. Open it again from the mail." },
  });
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <input type="hidden" name="token" value={token} />
      {!state.done && (
        <Button type="submit" variant="primary" pending={pending}>
          Unsubscribe
        </Button>
      )}
      <div role="status" className="empty:hidden">
        {state.done && (
          <p ref={takeFocus} tabIndex={-1} className="outline-none">
            You are unsubscribed.
          </p>
        )}
      </div>
    </form>
  );
}
