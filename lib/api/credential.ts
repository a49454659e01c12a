import { headerValues } from "#lib/text/header-values.ts";

/** What a request presents: one key, nothing, or something that can't be one key (`given`: it did try). */
type Credential = { kind: "key"; secret: string } | { kind: "none" } | { kind: "refused" };

/**
 * Reads `Authorization: Bearer …` and `X-API-Key: …` from the raw header lines, because the parsed ones hide duplicates.
 *
 * Two lines of one header and two different keys are refused: a proxy in front might have looked at the other one. A
 * Bearer value decides whatever `X-API-Key` says; another scheme is not ours and is passed over.
 */
export function readCredential(rawHeaders: string[]): Credential {
  const authorization = headerValues(rawHeaders, "authorization");
  const apiKey = headerValues(rawHeaders, "x-api-key");
  const isBearer = authorization.some((value) => /^bearer(?![^ \t])/i.test(value));
  if (!isBearer && apiKey.length === 0) return { kind: "none" };
  if (authorization.length > 1 || apiKey.length > 1) return { kind: "refused" };

  const [line = ""] = authorization;
  const [other] = apiKey;
  const secret = isBearer ? /^bearer +([^ \t]+)$/i.exec(line)?.[1] : other;
  if (!secret || (other !== undefined && other !== secret)) return { kind: "refused" };
  return { kind: "key", secret };
}
