import { headerValues } from "#lib/text/header-values.ts";

/** The credential of a request. `malformed`: it is there, but can't be one key. */
type Credential = { kind: "key"; secret: string } | { kind: "none" } | { kind: "malformed" };

/**
 * Reads `Authorization: Bearer …` and `X-API-Key: …` from the raw header lines, because Node's
 * parsed headers hide duplicates.
 *
 * Two lines of one header and two different keys are malformed: a proxy in front may have checked
 * the other one. A Bearer value decides whatever `X-API-Key` says. Other schemes are ignored.
 */
export function readCredential(rawHeaders: string[]): Credential {
  const authorization = headerValues(rawHeaders, "authorization");
  const apiKey = headerValues(rawHeaders, "x-api-key");
  const isBearer = authorization.some((value) => /^bearer(?![^ \t])/i.test(value));
  if (!isBearer && apiKey.length === 0) return { kind: "none" };
  if (authorization.length > 1 || apiKey.length > 1) return { kind: "malformed" };

  const [line = ""] = authorization;
  const [other] = apiKey;
  const secret = isBearer ? /^bearer +([^ \t]+)$/i.exec(line)?.[1] : other;
  if (!secret || (other !== undefined && other !== secret)) return { kind: "malformed" };
  return { kind: "key", secret };
}
