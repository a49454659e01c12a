import type { Env } from "#lib/config/env.ts";

/**
 * Returns the policy of one page: only scripts with its nonce, and those that they load, may run.
 */
export function contentSecurityPolicy(env: Env, nonce: string): string {
  const development = env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    `style-src 'self'${development ? " 'unsafe-inline'" : ""}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Chromium applies this to the redirect after a form, too: signing in needs the provider's
    // origin.
    ["form-action 'self'", ...providerOrigins(env)].join(" "),
  ].join("; ");
}

export function securityHeaders(env: Env): Record<string, string> {
  return {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ...(env.PUBLIC_URL?.startsWith("https:") && { "strict-transport-security": "max-age=31536000" }),
  };
}

function providerOrigins(env: Env): string[] {
  return [
    ...(env.GITHUB_ID ? ["https://github.com"] : []),
    ...(env.GOOGLE_ID ? ["https://accounts.google.com"] : []),
    ...(env.OIDC_ISSUER ? [new URL(env.OIDC_ISSUER).origin] : []),
  ];
}
