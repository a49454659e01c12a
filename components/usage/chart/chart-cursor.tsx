"use client";

import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { formatNumber } from "#components/ui/number.ts";
import { ChartCard, type CursorSlot } from "#components/usage/chart/chart-card.tsx";
import type { Look } from "#components/usage/chart/chart-look.tsx";

type Props = {
  label: string;
  slots: CursorSlot[];
  looks: Look[];
  /** The name of what is counted: singular and plural. */
  nouns: [string, string];
  /** The bars, drawn on the server. */
  children: ReactNode;
};

/**
 * Shows the counts of the bar under the pointer or the finger. For keyboards and screen readers it
 * is a slider: arrow keys choose the bar, and its value is read aloud.
 */
export function ChartCursor({ label, slots, looks, nouns, children }: Props) {
  const plot = useRef<HTMLDivElement>(null);
  const last = slots.length - 1;
  const [chosen, setChosen] = useState(last);
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: Event) => {
      const isElsewhere = event.target instanceof Node && !plot.current?.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === "Escape" : isElsewhere) setIsOpen(false);
    };
    document.addEventListener("keydown", close);
    document.addEventListener("pointerdown", close);
    return () => {
      document.removeEventListener("keydown", close);
      document.removeEventListener("pointerdown", close);
    };
  }, [isOpen]);

  function choose(index: number) {
    setChosen(Math.max(0, Math.min(index, last)));
    setIsOpen(true);
  }
  function point({ currentTarget, clientX }: PointerEvent) {
    const { left, width } = currentTarget.getBoundingClientRect();
    choose(Math.floor(((clientX - left) / width) * slots.length));
  }
  // A shorter range may be shown by now.
  const index = Math.min(chosen, last);
  const slot = slots[index];
  if (!slot) return children;
  return (
    <div
      ref={plot}
      onPointerDown={point}
      onPointerMove={point}
      onPointerLeave={({ pointerType }) => pointerType === "mouse" && setIsOpen(false)}
      className="relative touch-pan-y rounded-sm has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-4"
    >
      {isOpen && (
        <div
          className="absolute inset-y-0 bg-hover forced-colors:border-x"
          style={{ left: `${(index / slots.length) * 100}%`, width: `${100 / slots.length}%` }}
        />
      )}
      <div className="relative">{children}</div>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={valueText(slot, looks, nouns)}
        max={last}
        value={index}
        onChange={(event) => choose(Number(event.target.value))}
        onFocus={() => choose(index)}
        onBlur={() => setIsOpen(false)}
        className="pointer-events-none absolute inset-0 size-full opacity-0 noscript:hidden"
      />
      {/* Keeps the browser's own tooltips of the bars away. */}
      <div className="absolute inset-0 noscript:hidden" />
      {isOpen && <ChartCard slot={slot} looks={looks} nouns={nouns} at={(index + 0.5) / slots.length} />}
    </div>
  );
}

function valueText({ name, counts }: CursorSlot, looks: Look[], [noun, plural]: Props["nouns"]): string {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const parts = looks.flatMap(({ label }, i) => (counts[i] ? [`${label} ${formatNumber(counts[i])}`] : []));
  return `${name}: ${formatNumber(all)} ${all === 1 ? noun : plural}${looks.length > 1 && all > 0 ? `. ${parts.join(", ")}` : ""}`;
}
