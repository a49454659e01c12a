import type { Metadata } from "next";
import { DocsPage, DocsSection, InlineCode, type Section } from "#components/docs/docs-page.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { API_ERRORS } from "#lib/api/errors.ts";

export const metadata: Metadata = {
  title: "Errors",
  description: "Every error of the GoodTake API, and what to do about it.",
};

const SECTIONS = {
  shape: { id: "shape", title: "What an error looks like" },
  codes: { id: "codes", title: "All codes" },
  retry: { id: "retry", title: "When to try again" },
  support: { id: "support", title: "When you need us" },
} satisfies Record<string, Section>;

export default function ErrorsPage() {
  return (
    <DocsPage
      title="Errors"
      lead="An error has one shape, whatever went wrong: a code for your program, and a message for you."
      sections={Object.values(SECTIONS)}
    >
      <DocsSection {...SECTIONS.shape}>
        <p>
          The body is JSON on every path, also on one that does not exist. Codes stay the same; messages may get better
          words.
        </p>
        <CodeBlock
          label="403 Forbidden"
          code={JSON.stringify({ error: { code: "forbidden", message: API_ERRORS.forbidden.message } }, null, 2)}
        />
      </DocsSection>

      <DocsSection {...SECTIONS.codes}>
        <ReadingTable
          label="Error codes"
          head={["Code", "Status", "What it means", "What to do"]}
          rows={Object.entries(API_ERRORS).map(([code, { status, message, advice }]) => ({
            key: code,
            cells: [<InlineCode key={code}>{code}</InlineCode>, status, message, advice],
          }))}
        />
      </DocsSection>

      <DocsSection {...SECTIONS.retry}>
        <p>
          <InlineCode>429</InlineCode>, <InlineCode>503</InlineCode> and <InlineCode>409</InlineCode> carry{" "}
          <InlineCode>Retry-After</InlineCode>: so many seconds later the same request has a chance. After{" "}
          <InlineCode>408</InlineCode>, <InlineCode>502</InlineCode> and <InlineCode>504</InlineCode> try again with
          growing pauses. All others give the same answer again, until something is changed.
        </p>
        <p>
          A request that may cost something is safe to repeat with an <InlineCode>Idempotency-Key</InlineCode>: within
          24 hours the same key with the same body gives the first answer, and costs nothing more. Such an answer says{" "}
          <InlineCode>Idempotency-Replayed: true</InlineCode>. An answer of more than 1 MiB, such as a large image in
          base64, is not kept: a repeat gets <InlineCode>409</InlineCode> and costs nothing more. Ask for the
          image&rsquo;s address instead if you may have to repeat.
        </p>
        <p>
          A request that you end while the image is drawn is paid, because the image is. With an{" "}
          <InlineCode>Idempotency-Key</InlineCode> you get it by asking again.
        </p>
        <CodeBlock label="Header" code={'Idempotency-Key: "5f1c8c9e-0f0a-4c3e-9a56-8f6f2a1b7c3d"'} />
      </DocsSection>

      <DocsSection {...SECTIONS.support}>
        <p>
          Every answer has an <InlineCode>X-Request-Id</InlineCode>. Keep it in your logs: it is how we find your
          request, and the exact reason of a rejection.
        </p>
      </DocsSection>
    </DocsPage>
  );
}
