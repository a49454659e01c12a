import type { GuideSlug } from "#components/docs/docs-pages.ts";
import { errorExamples } from "#components/docs/error-examples.ts";
import { gatewayExamples, TRAEFIK_ENTRY_POINT } from "#components/docs/gateway-examples.ts";
import { fence, markdownTable } from "#components/docs/markdown-text.ts";
import { MCP_CLIENT_SETTINGS, mcpExamples } from "#components/docs/mcp-examples.ts";
import { exampleResponse } from "#components/docs/operations.ts";
import { exampleFences, requestFences } from "#components/docs/request-fences.ts";
import { GITHUB_PATTERN, SCANNER_RULES } from "#components/docs/scanner-rules.ts";
import { scopeTable } from "#components/docs/scope-table.ts";
import { SCOPES_EXAMPLE } from "#components/docs/scopes-example.ts";
import { formatNumber } from "#components/ui/number.ts";
import { apiDocument } from "#lib/api/document.ts";
import { API_ERRORS, type ApiErrorCode } from "#lib/api/errors.ts";
import { insufficientScope } from "#lib/api/rejection.ts";
import { env } from "#lib/config/env.ts";
import { recentScopes } from "#lib/config/scopes-file.ts";
import { firstTier, signupCredits, tiers } from "#lib/config/tiers-file.ts";
import { WINDOW_SECONDS } from "#lib/rate-limits/bucket.ts";

const KEY_LIMIT = `RateLimit-Policy: "free";q=20;w=${WINDOW_SECONDS}, "key";q=5;w=${WINDOW_SECONDS}
RateLimit: "free";r=12;t=42, "key";r=1;t=42`;

/** Returns what stands in place of each `{{name}}` of a guide, as Markdown. */
export function guideValues(slug: GuideSlug, baseUrl: string): Record<string, string> {
  const values: Record<GuideSlug, () => Record<string, string>> = {
    "quick-start": () => ({
      signUp: signUp(),
      requests: requestFences({ baseUrl }),
      response: fence("json", "200 OK", exampleResponse(apiDocument(), "generateImage")),
    }),
    authentication: () => ({
      requests: requestFences({ baseUrl }),
      requestsWithXApiKey: requestFences({ baseUrl, method: "x-api-key" }),
      unauthorized: fence("json", "401 Unauthorized", errorBody("unauthorized")),
    }),
    permissions: () => ({
      scopeTable: scopeTable(recentScopes()),
      insufficientScope: missingPermission(),
      key: fence("json", "200 OK", exampleResponse(apiDocument(), "getKey")),
    }),
    errors: () => ({
      forbidden: fence("json", "403 Forbidden", errorBody("forbidden")),
      errorTable: errorTable(),
      errorExamples: exampleFences(errorExamples(baseUrl)),
    }),
    "rate-limits": () => ({
      tierTable: tierTable(),
      minute: minute(baseUrl),
      keyLimit: fence("http", "Headers", KEY_LIMIT),
      rateLimited: fence(
        "http",
        "429 Too Many Requests",
        `Retry-After: 42\nContent-Type: application/json\n\n${errorBody("rate_limit_exceeded")}`,
      ),
    }),
    gateway: () => {
      const places = { goodtake: "127.0.0.1:3000", upstream: "127.0.0.1:9000", port: 80 };
      const { nginx, Caddy, Traefik } = gatewayExamples(places);
      return {
        scopes: fence("json", "scopes.json", SCOPES_EXAMPLE),
        nginx: fence("nginx", "goodtake.conf", nginx),
        caddy: fence("nginx", "Caddyfile", Caddy),
        traefikEntryPoint: fence("yaml", "traefik.yaml", TRAEFIK_ENTRY_POINT),
        traefik: fence("yaml", "goodtake.yaml", Traefik),
      };
    },
    agents: () => {
      const { nginx, Caddy } = mcpExamples("127.0.0.1:9001");
      return {
        settings: fence("json", "mcp.json", MCP_CLIENT_SETTINGS),
        nginx: fence("nginx", "goodtake.conf", nginx),
        caddy: fence("nginx", "Caddyfile", Caddy),
      };
    },
    leaks: () => ({
      report: fence("bash", "Terminal", leakReport(baseUrl)),
      github: markdownTable(
        ["Field", "Value"],
        Object.entries(GITHUB_PATTERN).map(([field, value]) => [field, `\`${value}\``]),
      ),
      ...Object.fromEntries(
        Object.entries(SCANNER_RULES).map(([name, { file, language, text }]) => [name, fence(language, file, text)]),
      ),
    }),
  };
  return { baseUrl, ...values[slug]() };
}

function leakReport(baseUrl: string): string {
  return [
    `curl ${baseUrl}/api/v1/leaks \\`,
    '  -H "Content-Type: application/json" \\',
    `  -d '{"keys": ["gt_the_key_you_found"], "url": "https://example.com/app.js", "source": "Your name"}'`,
  ].join("\n");
}

function signUp(): string {
  if (env().SIGN_UP === "closed")
    return "[Sign in](/sign-in) with your account. This installation doesn't accept sign-ups.";
  const credits = signupCredits();
  const gift = credits > 0 ? ` New accounts get ${formatNumber(credits)} credits.` : "";
  return `[Create an account](/sign-up), or [sign in](/sign-in) if you have one.${gift}`;
}

function errorBody(code: ApiErrorCode): string {
  return JSON.stringify({ error: { code, message: API_ERRORS[code].message } }, null, 2);
}

/** Shows the response to a key that lacks the permission to generate images. */
function missingPermission(): string {
  const { code, message, headers } = insufficientScope(["images:write"]);
  const head = Object.entries({ ...headers, "Content-Type": "application/json" }).map((line) => line.join(": "));
  const body = JSON.stringify({ error: { code, message } }, null, 2);
  return fence("http", "403 Forbidden", `${head.join("\n")}\n\n${body}`);
}

function errorTable(): string {
  return markdownTable(
    ["Code", "Status", "Meaning", "What to do"],
    Object.entries(API_ERRORS).map(([code, { status, message, advice }]) => [`\`${code}\``, status, message, advice]),
  );
}

function tierTable(): string {
  return markdownTable(
    ["Tier", "Requests a minute", "Billable requests a month", "Credits at sign-up"],
    Object.entries(tiers()).map(([name, { requestsPerMinute, requestsPerMonth }]) => [
      name,
      requestsPerMinute === null ? "No limit" : formatNumber(requestsPerMinute),
      requestsPerMonth === null ? "No quota" : formatNumber(requestsPerMonth),
      name === firstTier() && signupCredits() > 0 ? formatNumber(signupCredits()) : "–",
    ]),
  );
}

/** Explains the limit of a minute, with the first tier that has one. */
function minute(baseUrl: string): string {
  const limits = Object.entries(tiers()).map(([name, tier]) => ({ name, limit: tier.requestsPerMinute }));
  const [tier] = limits.flatMap(({ name, limit }) => (limit === null ? [] : [{ name, limit }]));
  if (!tier) return "No tier has a limit, so responses don't show one.";
  const { name, limit } = tier;
  const unlimited = limits.some(({ limit }) => limit === null)
    ? " In a tier without a limit, both headers are absent."
    : "";
  return [
    `The first request opens a window of ${WINDOW_SECONDS} seconds. When it ends, the whole limit is available again. Every request with a valid key counts, whatever its response. Each response shows where you stand:`,
    fence(
      "http",
      "Headers",
      `RateLimit-Policy: "${name}";q=${limit};w=${WINDOW_SECONDS}\nRateLimit: "${name}";r=${limit - 1};t=42`,
    ),
    `\`q\` requests are allowed in \`w\` seconds, \`r\` of them are left, and the window ends in \`t\` seconds.${unlimited}`,
    "See your own limit:",
    fence("bash", "Terminal", `curl --head ${baseUrl}/api/v1/key \\\n  -H "Authorization: Bearer $GOODTAKE_API_KEY"`),
  ].join("\n\n");
}
