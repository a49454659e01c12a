"use client";

import NextLink from "next/link";
import { type ComponentProps, useState } from "react";

/**
 * A link to a page that is fetched ahead when the pointer or the focus reaches it. Next's own would fetch every page whose link is in
 * sight, in two requests each, as soon as this one has loaded.
 */
export function Link(props: Omit<ComponentProps<typeof NextLink>, "prefetch" | "onPointerEnter" | "onFocus">) {
  const [near, setNear] = useState(false);
  const approach = () => setNear(true);
  return <NextLink {...props} prefetch={near ? null : false} onPointerEnter={approach} onFocus={approach} />;
}
