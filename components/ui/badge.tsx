import type { ReactNode } from "react";

const TONES = {
  neutral: "bg-hover text-muted",
  accent: "bg-accent-soft text-accent-ink",
  success: "bg-success-soft text-success-ink",
  warning: "bg-warning-soft text-warning-ink",
  danger: "bg-danger-soft text-danger-ink",
};
export type Tone = keyof typeof TONES;

export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5.5 shrink-0 items-center gap-1 rounded-md px-1.5 font-medium text-xs forced-colors:border ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}
