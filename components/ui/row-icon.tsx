/** Icons of Lucide (ISC), each as one path. */
const PATHS = {
  ban: "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M4.929 4.929 19.07 19.071",
  check: "M20 6 9 17l-5-5",
  "circle-check": "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M16 9l-5.5 5.5L8 12",
  "circle-pause": "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M10 15V9M14 15V9",
  "circle-slash": "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M9 15l6-6",
  copy: "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2zM4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2",
  ellipsis: "M4 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0m7 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0m7 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0",
  siren:
    "M7 18v-6a5 5 0 1 1 10 0v6M5 21a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-1a2 2 0 0 0-2-2H7a2 2 0 0 0-2 2zM21 12h1M18.5 4.5 18 5M2 12h1M12 2v1M4.929 4.929l.707.707M12 12v6",
};
export type RowIconName = keyof typeof PATHS;

/**
 * Draws an icon that each row of a list repeats. A page draws up to 75 of them, and Lucide's own
 * components take twice the bytes and more time. `row-icon.css` has its looks.
 */
export function RowIcon({ name, className }: { name: RowIconName; className: string }) {
  return (
    <svg aria-hidden viewBox="0 0 24 24" className={`row-icon ${className}`}>
      <path d={PATHS[name]} />
    </svg>
  );
}
