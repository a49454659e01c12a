"use client";

import NextLink from "next/link";
import { type ComponentProps, useState } from "react";
import { noteNavigation } from "#components/ui/page-change.tsx";

type Props = Omit<ComponentProps<typeof NextLink>, "prefetch" | "onNavigate">;

/**
 * Links to a page and prefetches it when the pointer or the focus reaches the link. Next's own link
 * prefetches every page whose link is in sight, in two requests each.
 */
export function Link(props: Props) {
  const [near, setNear] = useState(false);
  // A menu has handlers of its own for its items.
  const approach =
    <E,>(handle?: (event: E) => void) =>
    (event: E) => {
      setNear(true);
      handle?.(event);
    };
  return (
    <NextLink
      {...props}
      prefetch={near ? null : false}
      onPointerEnter={approach(props.onPointerEnter)}
      onFocus={approach(props.onFocus)}
      onNavigate={noteNavigation}
    />
  );
}
