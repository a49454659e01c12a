import type { Metadata } from "next";
import { headers } from "next/headers";
import { DocsPage, DocsSection, InlineCode, type Section } from "#components/docs/docs-page.tsx";
import { gatewayExamples, TRAEFIK_ENTRY_POINT } from "#components/docs/gateway-examples.ts";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { apiAddress } from "#lib/config/api-address.ts";

export const metadata: Metadata = {
  title: "Your own API",
  description: "Put GoodTake's keys, limits and credits in front of an API of your own.",
};

const SECTIONS = {
  how: { id: "how-it-works", title: "How it works" },
  ask: { id: "ask", title: "Ask about a request" },
  nginx: { id: "nginx", title: "nginx" },
  caddy: { id: "caddy", title: "Caddy" },
  traefik: { id: "traefik", title: "Traefik" },
  mind: { id: "mind", title: "What to mind" },
} satisfies Record<string, Section>;

const IDENTITY = [
  ["GoodTake-User-Id", "The account that the key belongs to."],
  ["GoodTake-Key-Id", "The key, by an id that is no secret."],
  ["GoodTake-Key-Name", "What its owner calls it, percent-encoded."],
  ["GoodTake-Key-Environment", "production, staging or development."],
  ["GoodTake-Tier", "The account's tier."],
];
const PARAMETERS = [
  [
    "cost",
    "Credits to charge when the request passes, 0 to 1000; 0 if you leave it out. More than 0 counts as one of the month's requests.",
  ],
  [
    "limited",
    "403 answers 403 in place of 429, for gateways that know no other, such as nginx. It then has Retry-After.",
  ],
];

export default async function GatewayPage() {
  const baseUrl = apiAddress((await headers()).get("host"));
  const { nginx, Caddy, Traefik } = gatewayExamples({
    goodtake: "127.0.0.1:3000",
    upstream: "127.0.0.1:9000",
    port: 80,
  });
  return (
    <DocsPage
      title="Your own API"
      lead="Your gateway asks GoodTake about each request before it lets it through. Your API gets requests of known callers only, and needs no code for keys, limits or credits."
      sections={Object.values(SECTIONS)}
    >
      <DocsSection {...SECTIONS.how}>
        <p>
          Gateways call it forward authentication. The gateway sends the request's headers, without its body, to{" "}
          <InlineCode>/api/v1/auth</InlineCode>. A yes is 204 and says who calls, in five headers that are always there:
        </p>
        <ReadingTable
          label="Identity headers"
          head={["Header", "What it says"]}
          rows={IDENTITY.map(([name = "", meaning]) => ({
            key: name,
            cells: [<InlineCode key={name}>{name}</InlineCode>, meaning],
          }))}
        />
        <p>A no is the answer that the client gets: 401, 403, 429, or 503 while GoodTake can't say.</p>
      </DocsSection>

      <DocsSection {...SECTIONS.ask}>
        <p>Any method works, and a service of yours can ask the same way, with its caller's header:</p>
        <CodeBlock
          label="Terminal"
          code={`curl -i "${baseUrl}/api/v1/auth?cost=1" \\\n  -H "Authorization: Bearer $GOODTAKE_API_KEY"`}
        />
        <ReadingTable
          label="Parameters"
          head={["Parameter", "What it does"]}
          rows={PARAMETERS.map(([name = "", meaning]) => ({
            key: name,
            cells: [<InlineCode key={name}>{name}</InlineCode>, meaning],
          }))}
        />
        <p>
          The configurations below charge one credit a request. They expect GoodTake on port 3000 and your API on port
          9000 of the same machine, and GoodTake started with <InlineCode>TRUSTED_PROXIES=127.0.0.1</InlineCode>, so
          that it believes what the gateway says of the client's address.
        </p>
      </DocsSection>

      <DocsSection {...SECTIONS.nginx}>
        <p>
          A file for <InlineCode>/etc/nginx/conf.d</InlineCode>. It needs nginx with{" "}
          <InlineCode>auth_request</InlineCode>, which every distribution builds in.
        </p>
        <CodeBlock label="goodtake.conf" code={nginx} />
      </DocsSection>

      <DocsSection {...SECTIONS.caddy}>
        <CodeBlock label="Caddyfile" code={Caddy} />
      </DocsSection>

      <DocsSection {...SECTIONS.traefik}>
        <p>
          Use Traefik 3.7.13 or newer. Older ones pass <InlineCode>GoodTake.Tier</InlineCode> on, which CGI, WSGI and
          PHP read as <InlineCode>GoodTake-Tier</InlineCode> (CVE-2026-88011). Newer ones do so, too, unless the entry
          point says otherwise:
        </p>
        <CodeBlock label="traefik.yaml" code={TRAEFIK_ENTRY_POINT} />
        <p>
          Leave the identity headers out of <InlineCode>forwardedHeaders.connection</InlineCode>: a client can have what
          is listed there removed. The rest is a file for Traefik's file provider.
        </p>
        <CodeBlock label="goodtake.yaml" code={Traefik} />
      </DocsSection>

      <DocsSection {...SECTIONS.mind}>
        <Notice tone="warning">
          Your API believes the identity headers. Make sure that only the gateway can reach it: any other client could
          send them, too.
        </Notice>
        <ul className="list-disc space-y-1.5 pl-5 marker:text-muted">
          <li>
            Reject a request that lacks one of the five identity headers or has one twice. The gateway always sends each
            once, so anything else means that the gateway was changed or bypassed.
          </li>
          <li>A cost is charged when the request is let through. What your API answers then does not bring it back.</li>
          <li>
            A cost above 0 is charged again when a client repeats its request. Where that matters, ask with cost 0, and
            charge from your own service when the work is done.
          </li>
          <li>While GoodTake or its database is away the answer is 503: nobody gets in unasked.</li>
        </ul>
      </DocsSection>
    </DocsPage>
  );
}
