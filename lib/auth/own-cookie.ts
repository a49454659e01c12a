import { env } from "#lib/config/env.ts";

/** The name and options of a cookie of ours; behind TLS the browser binds it to this host, so that no neighbour can set one. */
export function ownCookie(name: string) {
  const secure = env().PUBLIC_URL?.startsWith("https:") ?? false;
  return {
    name: `${secure ? "__Host-" : ""}goodtake-${name}`,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure } as const,
  };
}
