import type { ReactNode } from "react";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";

type Props = {
  /** Of `useFragmentToken`. */
  token: string | undefined;
  /** What was typed before the server answered. */
  pasted: string | undefined;
  problem: ReactNode;
};

/**
 * Submits the token of an emailed link: as a hidden field if the link opened the page, else as a
 * field to paste into.
 */
export function LinkTokenField({ token, pasted, problem }: Props) {
  if (token)
    return (
      <>
        <FormAlert>{problem}</FormAlert>
        <input type="hidden" name="token" value={token} />
      </>
    );
  return (
    <TextField
      required
      label="Link or code"
      name="token"
      autoComplete="off"
      spellCheck={false}
      defaultValue={pasted}
      hint="Paste the whole link you received, or the code after its # sign."
      error={problem}
    />
  );
}
