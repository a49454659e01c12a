import type { ReactNode } from "react";
import { TextField } from "#components/ui/field.tsx";

type Props = {
  /** What was typed before the server answered. */
  typed: string | undefined;
  hint?: ReactNode;
  error: ReactNode;
};

/** The address that a user signs in with. */
export function EmailField({ typed, hint, error }: Props) {
  return (
    <TextField
      required
      label="Email"
      name="email"
      type="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      defaultValue={typed}
      hint={hint}
      error={error}
    />
  );
}
