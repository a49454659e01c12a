/** Writes a request as a cURL command that reads the key from GOODTAKE_API_KEY. */
export function curlExample(url: string, method: string, body: unknown): string {
  const lines = [
    `curl ${method === "GET" || body !== undefined ? "" : `-X ${method} `}${url}`,
    `  -H "Authorization: Bearer $GOODTAKE_API_KEY"`,
  ];
  if (body !== undefined) lines.push(`  -H "Content-Type: application/json"`, `  -d '${JSON.stringify(body)}'`);
  return lines.join(" \\\n");
}
