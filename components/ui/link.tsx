"use client";

import NextLink from "next/link";
import { type ComponentProps, useState } from "react";
import { noteNavigation } from "#components/ui/page-change.tsx";

type Props = Omit<ComponentProps<typeof NextLink>, "prefetch" | "onPointerEnter" | "onFocus" | "onNavigate">;

/**
 * Links to a page and prefetches it when the pointer or the focus reaches the link. Next's own link
 * prefetches every page whose link is in sight, in two requests each.
 */
export function Link(props: Props) {
  const [near, setNear] = useState(false);
  const approach = () => setNear(true);
  return (
    <NextLink
      {...props}
      prefetch={near ? null : false}
      onPointerEnter={approach}
      onFocus={approach}
      onNavigate={noteNavigation}
    />
  );
}
