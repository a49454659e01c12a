import type { ComponentProps } from "react";
import { PasswordField } from "#components/auth/password-field.tsx";

/** Asks for the password before a change that a stolen session must not make. */
export function OwnPassword(props: Pick<ComponentProps<typeof PasswordField>, "ref" | "error">) {
  return (
    <PasswordField
      {...props}
      required
      label="Password"
      name="password"
      autoComplete="current-password"
      hint="Confirm with your password."
    />
  );
}
