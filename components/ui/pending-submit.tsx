"use client";

import type { ComponentProps } from "react";
import { useFormStatus } from "react-dom";
import { Button } from "#components/ui/button.tsx";

/** Submits the form of a server's page, and shows progress until the answer is there. */
export function PendingSubmit(props: Omit<ComponentProps<typeof Button>, "type" | "pending">) {
  return <Button {...props} type="submit" pending={useFormStatus().pending} />;
}
