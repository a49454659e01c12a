import { Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

const TONES = {
  info: { className: "border-line bg-sunken text-ink", Icon: Info },
  warning: { className: "border-transparent bg-warning-soft text-warning-ink", Icon: TriangleAlert },
  danger: { className: "border-transparent bg-danger-soft text-danger-ink", Icon: TriangleAlert },
};

export function Notice({ tone = "info", children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  const { className, Icon } = TONES[tone];
  return (
    <div className={`flex gap-2.5 rounded-lg border px-3 py-2.5 text-[0.8125rem] ${className}`}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
