import type { ReactNode, RefObject } from "react";
import { ENVIRONMENT_LABELS } from "#components/api-keys/detail/key-facts.tsx";
import { TextField } from "#components/ui/field.tsx";
import { SegmentedControl } from "#components/ui/segmented-control.tsx";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";

type Props = {
  nameField: RefObject<HTMLInputElement | null>;
  placeholder: string;
  hint: string;
  aside?: ReactNode;
  /** What was typed before another sign-in, by the names of the fields. */
  draft: Record<string, string | undefined>;
  problem: ReactNode;
  onNameChange: () => void;
};

/** The fields that every new key has: its name and its environment. */
export function NewKeyFields({ nameField, placeholder, hint, aside, draft, problem, onNameChange }: Props) {
  return (
    <>
      <TextField
        ref={nameField}
        name="name"
        label="Name"
        placeholder={placeholder}
        defaultValue={draft.name}
        hint={hint}
        aside={aside}
        error={problem}
        onChange={onNameChange}
        autoComplete="off"
        dir="auto"
        required
      />
      <SegmentedControl
        name="environment"
        label="Environment"
        options={ENVIRONMENTS.map((value) => ({ value, label: ENVIRONMENT_LABELS[value] }))}
        defaultValue={draft.environment ?? "production"}
      />
    </>
  );
}
