import { shortDay, weekday } from "#components/ui/utc-day.ts";
import type { Unit } from "#components/usage/chart/chart-scale.ts";

const clock = (at: Date, later = 0) => `${String((at.getUTCHours() + later) % 24).padStart(2, "0")}:00`;

/** Names a slot in full: "Thu, Nov 26 (UTC)" or "Nov 26, 14:00–15:00 UTC". */
export function slotName(at: Date, unit: Unit): string {
  return unit === "day" ? `${weekday(at)} (UTC)` : `${shortDay(at)}, ${clock(at)}–${clock(at, 1)} UTC`;
}

/** Names a slot below the chart: "Nov 26" or "14:00". */
export function slotLabel(at: Date, unit: Unit): string {
  return unit === "day" || at.getUTCHours() === 0 ? shortDay(at) : clock(at);
}

/** Names a slot in the table: "2026-11-26" or "2026-11-26 14:00". */
export function slotDate(at: Date, unit: Unit): string {
  return at
    .toISOString()
    .replace("T", " ")
    .slice(0, unit === "day" ? 10 : 16);
}
