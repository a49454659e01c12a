"use client";

import { Tooltip } from "@base-ui/react/tooltip";
import { exactTime } from "#components/ui/time.tsx";

type Props = { id: string; times: HTMLTimeElement[]; open: boolean; onClose: () => void };

/** Shows one exact time, or several, each after the relative one that the page shows. */
export function TimeTooltipPopup({ id, times, open, onClose }: Props) {
  return (
    <Tooltip.Root open={open} onOpenChange={(next) => !next && onClose()}>
      {/* Inside the main landmark, because all content belongs in a landmark. */}
      <Tooltip.Portal container={times[0]?.closest("main") ?? undefined}>
        <Tooltip.Positioner anchor={times[0]} sideOffset={6} className="z-50">
          <Tooltip.Popup
            id={id}
            role="tooltip"
            data-time-tooltip
            className="max-w-(--available-width) rounded-md bg-ink px-2 py-1 text-canvas text-xs shadow-overlay transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            {times.map((time) => (
              <span key={time.dateTime} className="flex flex-wrap justify-between gap-x-3">
                {times.length > 1 && <span>{time.textContent}: </span>}
                <span>{exactTime(new Date(time.dateTime))}</span>
              </span>
            ))}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
