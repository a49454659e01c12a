import { env } from "#lib/config/env.ts";

/**
 * Returns the name and options of a cookie. Behind TLS it is bound to this host, so that no sibling
 * domain can set it.
 */
export function ownCookie(name: string) {
  const secure = env().PUBLIC_URL?.startsWith("https:") ?? false;
  return {
    name: `${secure ? "__Host-" : ""}goodtake-${name}`,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure } as const,
  };
}
