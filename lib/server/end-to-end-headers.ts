/** Headers of one connection (RFC 9110, 7.6.1) and claims about the client. */
const CONNECTION_HEADERS = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const CLIENT_CLAIMS = /^(x-forwarded-.+|x-real-ip|forwarded)$/;

/**
 * Keeps the headers that are meant for the other end. Drops headers of this connection, those that
 * `Connection` names, and claims about the client's address. Takes and returns alternating names
 * and values, so that repeated headers stay repeated.
 */
export function endToEndHeaders(rawHeaders: string[]): string[] {
  const named = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() === "connection")
      for (const name of (rawHeaders[i + 1] ?? "").split(",")) named.add(name.trim().toLowerCase());
  const kept: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    if (CONNECTION_HEADERS.has(name) || named.has(name) || CLIENT_CLAIMS.test(name)) continue;
    kept.push(rawHeaders[i] as string, rawHeaders[i + 1] as string);
  }
  return kept;
}
