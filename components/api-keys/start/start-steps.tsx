import type { ReactNode } from "react";
import { CreateKey } from "#components/api-keys/create/create-key.tsx";
import { StartExamples, StartPlace } from "#components/api-keys/start/start-place.tsx";

/**
 * Replaces an empty list with the steps to the first request, which `examples` show. The server
 * renders it, so that a full list doesn't load its code.
 */
export function StartSteps({ examples }: { examples: ReactNode }) {
  return (
    <StartPlace>
      <h2 className="font-semibold">No API keys yet</h2>
      <p className="mt-0.5 text-muted">Three steps lead to your first request.</p>
      <ol className="@container mt-6">
        <Step number={1} title="Create a key">
          <p className="text-muted">Name it after the program that will use it. You'll see the key only once.</p>
          <div className="mt-3 noscript:hidden">
            <CreateKey />
          </div>
        </Step>
        <Step number={2} title="Make a request">
          <StartExamples>{examples}</StartExamples>
        </Step>
        <Step number={3} title="See it here">
          <p className="text-muted">Within seconds this page shows when your key was last used and how often.</p>
        </Step>
      </ol>
    </StartPlace>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="group relative flex gap-3 @max-[12rem]:flex-col pb-8 last:pb-0 sm:gap-4">
      <span
        aria-hidden
        className="absolute top-9 bottom-2 left-3.5 @max-[12rem]:hidden border-line border-l group-last:hidden"
      />
      <span
        aria-hidden
        className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft font-medium text-[0.8125rem] text-accent-ink"
      >
        {number}
      </span>
      <div className="min-w-0 max-w-2xl flex-1 pt-1 @max-[12rem]:pt-0">
        <h3 className="mb-1 font-medium leading-tight">{title}</h3>
        {children}
      </div>
    </li>
  );
}
