import type { Metadata } from "next";
import { headers } from "next/headers";
import { DocsLink, DocsPage, DocsSection, InlineCode, type Section } from "#components/docs/docs-page.tsx";
import { requestExamples } from "#components/request-examples/request-examples.ts";
import { RequestTabs } from "#components/request-examples/request-tabs.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { API_ERRORS } from "#lib/api/errors.ts";
import { apiAddress } from "#lib/config/api-address.ts";

export const metadata: Metadata = {
  title: "Authentication",
  description: "How to authenticate requests to the GoodTake API with an API key.",
};

const SECTIONS = {
  key: { id: "get-a-key", title: "Get a key" },
  send: { id: "send-the-key", title: "Send the key" },
  first: { id: "first-request", title: "Your first request" },
  check: { id: "check-a-key", title: "Check a key" },
  errors: { id: "errors", title: "Errors" },
  safe: { id: "keep-keys-safe", title: "Keep keys safe" },
  revoke: { id: "revoke-a-key", title: "Revoke a key" },
  metadata: { id: "what-we-keep", title: "What we keep of a key" },
} satisfies Record<string, Section>;

const KEPT = [
  ["Name", "What you called it, such as “Production App”. You can change it."],
  ["Prefix", "Its first seven characters, such as gt_abcd…, by which you recognise it."],
  ["Created", "When you made it."],
  ["Last used", "The latest request it authenticated, with the caller's network and program."],
  ["Expires", "When it stops working by itself, if you have set a date."],
  ["Status", "Active, expired or revoked."],
];

export default async function AuthenticationPage() {
  const baseUrl = apiAddress((await headers()).get("host"));
  return (
    <DocsPage
      title="Authentication"
      lead="Every request to the GoodTake API carries an API key. A key starts with gt_, belongs to your account, and is all a program needs to act in your name."
      sections={Object.values(SECTIONS)}
    >
      <dl className="mt-6 flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <dt className="font-medium">Base URL</dt>
        <dd>
          <InlineCode>{baseUrl}</InlineCode>
        </dd>
      </dl>

      <DocsSection {...SECTIONS.key}>
        <ol className="list-decimal space-y-1.5 pl-5 marker:text-muted">
          <li>
            Sign in and open <DocsLink href="/settings/developer">Settings → Developer Settings</DocsLink>.
          </li>
          <li>
            Press <strong className="font-medium">Create New API Key</strong> and name it after what will use it, for
            example “Production App”.
          </li>
          <li>Choose its environment and, if you like, the day on which it expires.</li>
          <li>Copy the key. We keep only a hash of it, so this is the one time that anybody can see it.</li>
        </ol>
        <Notice tone="warning">
          Treat a key like a password. Don't put it into a web page, an app that you ship, or version control. Keep it
          in an environment variable or a secret manager.
        </Notice>
        <CodeBlock label="Terminal" code={'export GOODTAKE_API_KEY="gt_your_api_key_here"'} />
      </DocsSection>

      <DocsSection {...SECTIONS.send}>
        <p>
          Send the key in one of two headers. We recommend <InlineCode>Authorization</InlineCode>, which every HTTP
          client and proxy knows to be secret:
        </p>
        <CodeBlock label="Recommended" code="Authorization: Bearer gt_your_api_key_here" />
        <p>
          Where something in between needs that header for itself, use <InlineCode>X-API-Key</InlineCode>:
        </p>
        <CodeBlock label="Alternative" code="X-API-Key: gt_your_api_key_here" />
        <p>
          One is enough. If you send both they must hold the same key, and each header may stand only once. A key in the
          query string, in the body or in a cookie is never looked at.
        </p>
      </DocsSection>

      <DocsSection {...SECTIONS.first}>
        <p>
          These programs draw one image. They read the key from <InlineCode>GOODTAKE_API_KEY</InlineCode>.
        </p>
        <RequestTabs examples={requestExamples({ baseUrl })} />
        <p>The same with the other header:</p>
        <RequestTabs examples={requestExamples({ baseUrl, method: "x-api-key" })} />
      </DocsSection>

      <DocsSection {...SECTIONS.check}>
        <p>Ask a key about itself to see that it works, without drawing anything:</p>
        <CodeBlock
          label="Terminal"
          code={`curl ${baseUrl}/api/v1/key \\\n  -H "Authorization: Bearer $GOODTAKE_API_KEY"`}
        />
      </DocsSection>

      <DocsSection {...SECTIONS.errors}>
        <p>
          An error is JSON with a <InlineCode>code</InlineCode> for your program and a <InlineCode>message</InlineCode>{" "}
          for you. A request without a valid key gets this answer, whatever the reason, with status 401:
        </p>
        <CodeBlock
          label="401 Unauthorized"
          code={JSON.stringify({ error: { code: "unauthorized", message: API_ERRORS.unauthorized.message } }, null, 2)}
        />
        <p>
          The usual reasons: no key was sent, it does not have the form of a key, it is unknown, or it was revoked,
          deleted or has expired.
        </p>
        <p>
          All other errors, and what to do about each, are on their <DocsLink href="/docs/errors">own page</DocsLink>.
        </p>
        <p>
          Every answer has an <InlineCode>X-Request-Id</InlineCode>. Keep it in your logs: it is how we find your
          request.
        </p>
      </DocsSection>

      <DocsSection {...SECTIONS.safe}>
        <ul className="list-disc space-y-1.5 pl-5 marker:text-muted">
          <li>
            <strong className="font-medium">Keep keys out of code.</strong> Read them from the environment, and list{" "}
            <InlineCode>.env</InlineCode> in your <InlineCode>.gitignore</InlineCode>.
          </li>
          <li>
            <strong className="font-medium">Give each environment its own key.</strong> Development, staging and
            production then can't break each other.
          </li>
          <li>
            <strong className="font-medium">Replace keys from time to time.</strong> Make a new one, move your programs
            to it, watch the old one's “Last used” stand still, and revoke it. An expiry date reminds you.
          </li>
          <li>
            <strong className="font-medium">Look at “Last used”.</strong> A use that you can't explain, or from a
            network that isn't yours, is a reason to revoke.
          </li>
        </ul>
      </DocsSection>

      <DocsSection {...SECTIONS.revoke}>
        <p>If a key may have been seen by somebody else, revoke it first and ask questions later:</p>
        <ol className="list-decimal space-y-1.5 pl-5 marker:text-muted">
          <li>Open Settings → Developer Settings and find the key by its name or its first characters.</li>
          <li>
            Press <strong className="font-medium">Revoke</strong>. From then on every request with it is rejected.
          </li>
          <li>Create a new key and give it to your programs.</li>
        </ol>
        <p>
          A revoked key can't be brought back. <strong className="font-medium">Delete</strong> also takes it out of your
          list.
        </p>
      </DocsSection>

      <DocsSection {...SECTIONS.metadata}>
        <p>The key itself is not among it: we store a SHA-256 hash, from which nobody can get the key back.</p>
        <ReadingTable
          label="What we keep of a key"
          head={["Field", "What it says"]}
          rows={KEPT.map(([field = "", meaning]) => ({ key: field, cells: [field, meaning] }))}
        />
      </DocsSection>
    </DocsPage>
  );
}
