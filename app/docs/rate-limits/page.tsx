import type { Metadata } from "next";
import { headers } from "next/headers";
import { DocsPage, DocsSection, InlineCode, type Section } from "#components/docs/docs-page.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { API_ERRORS } from "#lib/api/errors.ts";
import { apiAddress } from "#lib/config/api-address.ts";
import { firstTier, signupCredits, tiers } from "#lib/config/tiers-file.ts";
import { WINDOW_SECONDS } from "#lib/rate-limits/local-windows.ts";

export const metadata: Metadata = {
  title: "Limits and credits",
  description: "How many requests each tier may make, what they cost, and how to stay within it.",
};

const SECTIONS = {
  tiers: { id: "tiers", title: "What each tier allows" },
  minute: { id: "minute", title: "The minute" },
  refused: { id: "refused", title: "When it is too much" },
  credits: { id: "credits", title: "Credits and the month" },
} satisfies Record<string, Section>;

export default async function RateLimitsPage() {
  const baseUrl = apiAddress((await headers()).get("host"));
  const first = firstTier();
  const table = Object.entries(tiers());
  const [limited, limit] = table
    .map(([name, tier]) => [name, tier.requestsPerMinute] as const)
    .find(([, requests]) => requests !== null) ?? [null, null];
  return (
    <DocsPage
      title="Limits and credits"
      lead="Each account has a tier. All its keys share what the tier allows: more keys make no more requests."
      sections={Object.values(SECTIONS)}
    >
      <DocsSection {...SECTIONS.tiers}>
        <ReadingTable
          label="Tiers"
          head={["Tier", "Requests a minute", "Costed requests a month", "Credits at sign-up"]}
          rows={table.map(([name, tier]) => ({
            key: name,
            cells: [
              name,
              tier.requestsPerMinute === null ? "No limit" : formatNumber(tier.requestsPerMinute),
              tier.requestsPerMonth === null ? "No quota" : formatNumber(tier.requestsPerMonth),
              name === first && signupCredits() > 0 ? formatNumber(signupCredits()) : "–",
            ],
          }))}
        />
      </DocsSection>

      <DocsSection {...SECTIONS.minute}>
        {limit === null ? (
          <p>No tier has a limit, so no answer says one.</p>
        ) : (
          <>
            <p>
              Your first request opens a window of {WINDOW_SECONDS} seconds; when it ends, all of the limit is there
              again. Every request with a good key counts, whatever its answer. Each answer says where you stand:
            </p>
            <CodeBlock
              label="Headers"
              code={`RateLimit-Policy: "${limited}";q=${limit};w=${WINDOW_SECONDS}\nRateLimit: "${limited}";r=${limit - 1};t=42`}
            />
            <p>
              <InlineCode>q</InlineCode> requests are allowed in <InlineCode>w</InlineCode> seconds,{" "}
              <InlineCode>r</InlineCode> of them are left, and the window ends in <InlineCode>t</InlineCode> seconds.{" "}
              {table.some(([, tier]) => tier.requestsPerMinute === null) &&
                "In a tier without a limit, neither is there."}
            </p>
            <p>See them for yourself:</p>
            <CodeBlock
              label="Terminal"
              code={`curl --head ${baseUrl}/api/v1/key \\\n  -H "Authorization: Bearer $GOODTAKE_API_KEY"`}
            />
          </>
        )}
      </DocsSection>

      <DocsSection {...SECTIONS.refused}>
        <p>
          A request too many is answered with 429. It costs nothing. Wait as many seconds as{" "}
          <InlineCode>Retry-After</InlineCode> says, and the next one passes.
        </p>
        <CodeBlock
          label="429 Too Many Requests"
          code={`Retry-After: 42\n\n${JSON.stringify({ error: { code: "rate_limit_exceeded", message: API_ERRORS.rate_limit_exceeded.message } }, null, 2)}`}
        />
      </DocsSection>

      <DocsSection {...SECTIONS.credits}>
        <p>
          An image costs one credit, and counts as one of the month's costed requests. Months are those of UTC. What
          fails on our side costs neither: both come back. Asking a key about itself is free.
        </p>
        <p>Answers to requests that cost something say what is left:</p>
        <CodeBlock label="Headers" code={"GoodTake-Credits-Remaining: 99\nGoodTake-Quota-Remaining: 999"} />
        <p>
          When either is used up the answer is 403, with <InlineCode>forbidden</InlineCode> as its code, and these
          headers say which of the two it was.
        </p>
      </DocsSection>
    </DocsPage>
  );
}
