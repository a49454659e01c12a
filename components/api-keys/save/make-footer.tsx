import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { DialogFooter } from "#components/ui/dialog.tsx";

type Props = {
  pending: boolean;
  /** The words of the button that makes the key. */
  make: string;
  cancel?: string;
  /** Buttons between the two. */
  children?: ReactNode;
};

/** The footer of a form that makes a key. While it is made, nothing else can be pressed. */
export function MakeFooter({ pending, make, cancel = "Cancel", children }: Props) {
  return (
    <DialogFooter>
      <Dialog.Close disabled={pending} render={<Button>{cancel}</Button>} />
      {children}
      <Button type="submit" variant="primary" pending={pending}>
        {make}
      </Button>
    </DialogFooter>
  );
}
