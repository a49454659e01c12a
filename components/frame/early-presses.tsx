"use client";

import { useEffect } from "react";
import type { EarlyPress } from "#components/frame/note-early-presses.ts";

/** Repeats what a user did before the page's code ran, because React would ignore it. */
export function EarlyPresses() {
  useEffect(() => {
    // React handles the event itself during which it makes the page work.
    const ignored = (globalThis.earlyPresses ?? []).filter(({ event }) => event.eventPhase === Event.NONE);
    globalThis.earlyPresses = undefined;
    // React hydrates a row of the list for an event, but not in the middle of an effect.
    setTimeout(() => repeat(ignored));
  }, []);
  return null;
}

function repeat(ignored: EarlyPress[]): void {
  const isButton = ({ control }: EarlyPress) => control instanceof HTMLButtonElement;
  for (const choice of ignored.filter((press) => !isButton(press))) choose(choice);
  // Of several presses the last one counts.
  (ignored.findLast(isButton)?.control as HTMLButtonElement | undefined)?.click();
}

function choose({ control, value = "", checked }: EarlyPress): void {
  if (control instanceof HTMLSelectElement) control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
  if (!(control instanceof HTMLInputElement)) return;
  // React has hydrated the checkbox for the event, and compares the click with what was there.
  control.checked = !checked;
  control.click();
}
