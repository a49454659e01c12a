"use client";

import { useEffect, useState } from "react";
import { onDemand } from "#components/ui/on-demand.tsx";

const Popup = onDemand(() => import("#components/ui/time-tooltip-popup.tsx").then((module) => module.TimeTooltipPopup));

const OPEN_MS = 300;
/**
 * Long enough for the pointer to move from the time to the tooltip, which must stay while the
 * pointer is on it.
 */
const CLOSE_MS = 150;

const TIME = "time[data-relative]";
const TOOLTIP_ID = "time-tooltip";

type Shown = { times: HTMLTimeElement[]; by: Element };

/**
 * Shows the exact time of the `Time` under the pointer or the finger. While the keyboard's focus is
 * in a row, it shows all times of the row, so that they need no tab stops. One component listens
 * for the whole page: a page may have hundreds of times, many of them in rows that are rendered on
 * the server, and a trigger of Base UI for each would load its code with the page.
 */
export function TimeTooltip() {
  const [shown, setShown] = useState<Shown>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let wanted: Element | undefined;
    let isHovered = false;
    async function show(next: Shown) {
      await Popup.load();
      if (next.by !== wanted) return;
      setShown(next);
      setOpen(true);
    }
    function want(times: HTMLTimeElement[], by: Element, openMs: number) {
      clearTimeout(timer);
      wanted = times.length > 0 ? by : undefined;
      // Only the tooltip is missing if its code can't be loaded.
      timer = wanted
        ? setTimeout(() => show({ times, by }).catch(() => {}), openMs)
        : setTimeout(() => setOpen(false), CLOSE_MS);
    }
    function point({ type, target, pointerType }: PointerEvent) {
      // A finger that scrolls ends in `pointercancel`.
      const isMouse = pointerType === "mouse";
      if ((type === "pointerover") !== isMouse || !(target instanceof Element)) return;
      if (target.closest("[data-time-tooltip]")) return clearTimeout(timer);
      const time = target.closest<HTMLTimeElement>(TIME);
      // The event also comes when the page changes below a mouse that rests. A mouse hides only what
      // it has shown.
      if (isMouse && !time && !isHovered) return;
      isHovered = isMouse && time !== null;
      want(time ? [time] : [], time ?? target, isMouse ? OPEN_MS : 0);
    }
    function focus({ target }: FocusEvent) {
      if (!(target instanceof Element) || !target.matches(":focus-visible")) return;
      isHovered = false;
      const times = target.closest("tr, li")?.querySelectorAll<HTMLTimeElement>(TIME) ?? [];
      // Times with the same exact value are shown once.
      want([...new Map(Array.from(times, (time) => [time.dateTime, time])).values()], target, OPEN_MS);
    }
    document.addEventListener("pointerover", point);
    document.addEventListener("pointerup", point);
    document.addEventListener("focusin", focus);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerover", point);
      document.removeEventListener("pointerup", point);
      document.removeEventListener("focusin", focus);
    };
  }, []);
  useEffect(() => {
    if (!open || !shown || shown.by.hasAttribute("aria-describedby")) return;
    shown.by.setAttribute("aria-describedby", TOOLTIP_ID);
    return () => shown.by.removeAttribute("aria-describedby");
  }, [open, shown]);
  return <Popup id={TOOLTIP_ID} times={shown?.times ?? []} open={open} onClose={() => setOpen(false)} />;
}
