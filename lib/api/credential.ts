/** What a request presents: one key, nothing, or something that can't be one key (`given`: it did try). */
export type Credential = { kind: "key"; secret: string } | { kind: "none" } | { kind: "refused" };

/**
 * Reads `Authorization: Bearer …` and `X-API-Key: …` from the raw header lines, because the parsed ones hide duplicates.
 *
 * Two lines of one header and two different keys are refused: a proxy in front might have looked at the other one. A
 * Bearer value decides whatever `X-API-Key` says; another scheme is not ours and is passed over.
 */
export function readCredential(rawHeaders: string[]): Credential {
  const authorization = valuesOf(rawHeaders, "authorization");
  const apiKey = valuesOf(rawHeaders, "x-api-key");
  const bearer = authorization.filter((value) => /^bearer(?![^ \t])/i.test(value));
  if (bearer.length === 0 && apiKey.length === 0) return { kind: "none" };
  if (authorization.length > 1 || apiKey.length > 1) return { kind: "refused" };

  const keys = [...bearer.map((value) => /^bearer +([^ \t]+)$/i.exec(value)?.[1]), ...apiKey];
  const [secret, other] = keys;
  if (!secret || (keys.length === 2 && other !== secret)) return { kind: "refused" };
  return { kind: "key", secret };
}

function valuesOf(rawHeaders: string[], name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}
