"use client";

import { useAuthForm } from "#components/auth/use-auth-form.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { type NameState, renameAccountAction } from "#lib/actions/account.ts";

export function NameForm({ name }: { name: string }) {
  const first: NameState = { values: { name } };
  const { state, pending, failure, props } = useAuthForm(renameAccountAction, first, "name");
  return (
    <form {...props}>
      <FormAlert>{failure}</FormAlert>
      <TextField
        required
        label="Name"
        name="name"
        autoComplete="name"
        defaultValue={state.values.name}
        error={state.error}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Save name
        </Button>
        <span role="status" className="text-muted">
          {state.done && "Saved"}
        </span>
      </div>
    </form>
  );
}
