"use client";

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { linkAt, type Place, placeOf } from "#components/api-keys/list/row-focus.ts";
import type { ApiKeyPage } from "#lib/api-keys/list.ts";

/**
 * Keeps the focus in the list when the focused row or button leaves it: it moves to the row that
 * took its place, or to the list.
 */
export function useRowFocus(list: RefObject<HTMLElement | null>, page: ApiKeyPage): void {
  const last = useRef<{ element: Element; place: Place }>(undefined);
  useEffect(() => {
    const remember = ({ target }: FocusEvent) => {
      const place = target instanceof Element && placeOf(list.current, target);
      last.current = place ? { element: target, place } : undefined;
    };
    // A press beside the rows gives up the focus on purpose.
    const forget = () => {
      last.current = undefined;
    };
    document.addEventListener("focusin", remember);
    document.addEventListener("pointerdown", forget);
    return () => {
      document.removeEventListener("focusin", remember);
      document.removeEventListener("pointerdown", forget);
    };
  }, [list]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer of the server may take a row away
  useLayoutEffect(() => {
    const lost = last.current;
    if (!lost || lost.element.isConnected || document.activeElement !== document.body || !list.current) return;
    const first = list.current.querySelector<HTMLElement>("a, button");
    (linkAt(list.current, lost.place) ?? first ?? list.current).focus();
  }, [page]);
}
