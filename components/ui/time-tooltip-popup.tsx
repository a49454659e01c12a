"use client";

import { Tooltip } from "@base-ui/react/tooltip";
import { exactTime } from "#components/ui/time.tsx";

type Props = { time: HTMLTimeElement | undefined; open: boolean; onClose: () => void };

export function TimeTooltipPopup({ time, open, onClose }: Props) {
  return (
    <Tooltip.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Tooltip.Portal>
        <Tooltip.Positioner anchor={time} sideOffset={6} className="z-50">
          <Tooltip.Popup
            data-time-tooltip
            className="whitespace-nowrap rounded-md bg-ink px-2 py-1 text-canvas text-xs shadow-overlay transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            {time && exactTime(new Date(time.dateTime))}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
