import { marked } from "marked";
import { InlineCode } from "#components/docs/docs-text.tsx";
import { Markdown } from "#components/docs/markdown.tsx";
import { requestFences } from "#components/docs/request-fences.ts";

/** Stands in for a key. It has not the shape of one. */
const PLACEHOLDER = "gt_your_api_key_here";

/** Shows a first request in four languages, to be completed with the key. */
export function PlaceholderExamples({ baseUrl }: { baseUrl: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="text-muted">
        Replace <InlineCode>{PLACEHOLDER}</InlineCode> with your key. The request generates one image and costs one
        credit.
      </p>
      <Markdown tokens={marked.lexer(requestFences({ baseUrl, apiKey: PLACEHOLDER }))} />
    </div>
  );
}
