"use client";

import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { renameAccountAction } from "#lib/actions/account.ts";

export function NameForm({ name }: { name: string }) {
  const first = { values: { name } };
  const { state, pending, problems, props } = useServerForm(renameAccountAction, first, "name", {});
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <TextField
        required
        label="Name"
        name="name"
        autoComplete="name"
        defaultValue={state.values.name}
        error={problems.name}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Save name
        </Button>
        <span role="status" className="text-[0.8125rem] text-muted">
          {state.done && "Name saved."}
        </span>
      </div>
    </form>
  );
}
