"use client";

import { useEffect, useState } from "react";
import { onDemand } from "#components/ui/on-demand.tsx";

const Popup = onDemand(() => import("#components/ui/time-tooltip-popup.tsx").then((module) => module.TimeTooltipPopup));

const OPEN_MS = 300;
/** Long enough for the pointer to get from the time to the tooltip, which must stay while the pointer is on it. */
const CLOSE_MS = 150;

const TIME = "time[data-relative]";
const TOOLTIP_ID = "time-tooltip";

type Shown = { times: HTMLTimeElement[]; by: Element };

/**
 * The exact moment of the `Time` that the pointer rests on or a finger has tapped; where the keyboard's focus is in a row, of all
 * times in it, which then need no tab stops of their own. One for the whole page, which may have hundreds of them.
 */
export function TimeTooltip() {
  const [shown, setShown] = useState<Shown>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let wanted: Element | undefined;
    async function show(next: Shown) {
      await Popup.load();
      if (next.by !== wanted) return;
      setShown(next);
      setOpen(true);
    }
    function want(times: HTMLTimeElement[], by: Element, openMs: number) {
      clearTimeout(timer);
      wanted = times.length > 0 ? by : undefined;
      // Without its code, nothing is lost but the tooltip.
      timer = wanted
        ? setTimeout(() => show({ times, by }).catch(() => {}), openMs)
        : setTimeout(() => setOpen(false), CLOSE_MS);
    }
    function point({ type, target, pointerType }: PointerEvent) {
      // A finger that scrolls ends in another event than `pointerup`.
      if ((type === "pointerover") !== (pointerType === "mouse") || !(target instanceof Element)) return;
      if (target.closest("[data-time-tooltip]")) return clearTimeout(timer);
      const time = target.closest<HTMLTimeElement>(TIME);
      want(time ? [time] : [], time ?? target, pointerType === "mouse" ? OPEN_MS : 0);
    }
    function focus({ target }: FocusEvent) {
      if (!(target instanceof Element) || !target.matches(":focus-visible")) return;
      const times = target.closest("tr, li")?.querySelectorAll<HTMLTimeElement>(TIME) ?? [];
      // Two that are the same moment are one.
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
