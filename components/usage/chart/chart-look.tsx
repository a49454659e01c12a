/** How one part of a bar looks. Tailwind needs complete class names. */
export type Look = { label: string; fill: string; hatched?: true };

/** Shows the color of a part, which also high contrast keeps. */
export function Swatch({ look: { fill, hatched } }: { look: Look }) {
  return (
    <svg aria-hidden viewBox="0 0 10 10" className="size-2.5 shrink-0 rounded-xs">
      <rect width="10" height="10" className={fill} />
      {hatched && <path d="M-3 8 8 -3 M2 13 13 2" strokeWidth="2.5" className="stroke-surface" />}
    </svg>
  );
}
