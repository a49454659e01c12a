import type { ComponentProps } from "react";

type Props = Omit<ComponentProps<"input">, "type" | "ref" | "className"> & { indeterminate?: boolean };

/** The platform's own checkbox. `checkbox.css` has its looks. */
export function Checkbox({ indeterminate = false, ...props }: Props) {
  return (
    <input
      {...props}
      type="checkbox"
      ref={(input) => {
        if (input) input.indeterminate = indeterminate;
      }}
      className="checkbox"
    />
  );
}
