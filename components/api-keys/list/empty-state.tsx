import { KeyRound } from "lucide-react";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import { requestExamples } from "#components/request-examples/request-examples.ts";
import { CodeBlock } from "#components/ui/code-block.tsx";

/**
 * Shows what a request will look like. The button that creates the first key is not in here,
 * because a refresh replaces this part and would unmount the open dialog.
 */
export function EmptyState({ apiUrl }: { apiUrl: string }) {
  return (
    <section
      ref={useListRef()}
      id="api-keys"
      tabIndex={-1}
      aria-label="Your API keys"
      className="flex flex-col items-center rounded-xl border border-line border-dashed bg-surface px-4 py-12 outline-none sm:px-8"
    >
      <span className="grid size-11 place-items-center rounded-xl bg-accent-soft text-accent-ink">
        <KeyRound aria-hidden className="size-5" />
      </span>
      <h2 className="mt-4 font-semibold">No API keys yet</h2>
      <p className="mt-1 max-w-md text-balance text-center text-muted">
        Create one and your first request is a copy and paste away. It will look like this:
      </p>
      <div className="mt-6 w-full max-w-2xl">
        <CodeBlock code={requestExamples({ baseUrl: apiUrl }).cURL} label="Example request" />
      </div>
    </section>
  );
}
