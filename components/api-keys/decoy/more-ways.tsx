"use client";

import { Ellipsis } from "lucide-react";
import { MenuButton } from "#components/ui/menu-button.tsx";
import { onDemand } from "#components/ui/on-demand.tsx";

const DecoyMenu = onDemand(() =>
  import("#components/api-keys/decoy/decoy-menu.tsx").then((module) => module.DecoyMenu),
);

/** Shows the menu next to **Create New API Key**. Its dialog is loaded with it. */
export function MoreWays() {
  return (
    <MenuButton
      needs={DecoyMenu}
      size="icon"
      aria-label="More ways to create a key"
      menu={(pressed) => <DecoyMenu {...pressed} />}
    >
      <Ellipsis aria-hidden className="size-4" />
    </MenuButton>
  );
}
