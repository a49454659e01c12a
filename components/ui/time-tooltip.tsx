"use client";

import { useEffect, useState } from "react";
import { onDemand } from "#components/ui/on-demand.tsx";

const Popup = onDemand(() => import("#components/ui/time-tooltip-popup.tsx").then((module) => module.TimeTooltipPopup));

const OPEN_MS = 300;
/** Long enough for the pointer to get from the time to the tooltip, which must stay while the pointer is on it. */
const CLOSE_MS = 150;

/** The exact moment of the `Time` that the pointer rests on. One for the whole page, which may have hundreds of them. */
export function TimeTooltip() {
  const [time, setTime] = useState<HTMLTimeElement>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let under: HTMLTimeElement | undefined;
    async function show(found: HTMLTimeElement) {
      await Popup.load();
      if (found !== under) return;
      setTime(found);
      setOpen(true);
    }
    function follow({ target, pointerType }: PointerEvent) {
      if (pointerType !== "mouse" || !(target instanceof Element)) return;
      clearTimeout(timer);
      if (target.closest("[data-time-tooltip]")) return;
      const found = target.closest<HTMLTimeElement>("time[data-relative]") ?? undefined;
      under = found;
      // Without its code, nothing is lost but the tooltip.
      timer = found
        ? setTimeout(() => show(found).catch(() => {}), OPEN_MS)
        : setTimeout(() => setOpen(false), CLOSE_MS);
    }
    document.addEventListener("pointerover", follow);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerover", follow);
    };
  }, []);
  return <Popup time={time} open={open} onClose={() => setOpen(false)} />;
}
