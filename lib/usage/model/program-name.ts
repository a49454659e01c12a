import { browserName } from "#lib/accounts/model/browser-name.ts";

/** Names of HTTP clients by the product in their user agent, lower case. */
const CLIENTS: Record<string, string> = {
  "apache-httpclient": "Apache HttpClient",
  axios: "Axios",
  bun: "Bun",
  curl: "curl",
  deno: "Deno",
  "go-http-client": "Go",
  got: "Got",
  guzzlehttp: "Guzzle",
  httpie: "HTTPie",
  "java-http-client": "Java",
  node: "Node.js",
  "node-fetch": "node-fetch",
  okhttp: "OkHttp",
  postmanruntime: "Postman",
  "python-httpx": "Python HTTPX",
  "python-requests": "Python Requests",
  "python-urllib": "Python urllib",
  reqwest: "Rust reqwest",
  ruby: "Ruby",
  undici: "Node.js",
  wget: "Wget",
};
/** Clients whose product version is that of HTTP. */
const WITHOUT_VERSION = new Set(["go-http-client"]);
const PRODUCT = /^([\w-]+)(?:\/(\d+(?:\.\d+)?))?/;
/** The route of the dialog's test request. Other sites can't call it, because it has no CORS. */
const TEST_ROUTE = "/api/v1/key";

/**
 * Names the program of a user agent: "curl 8.5", "Chrome on Linux". A browser that asks about its
 * own key is this dashboard, as far as a user agent can be believed. Returns other user agents as
 * they are.
 */
export function programName(userAgent: string, route?: string): string {
  if (!userAgent) return "Unknown program";
  const aiohttp = /\baiohttp\/(\d+\.\d+)/.exec(userAgent);
  if (aiohttp) return `Python aiohttp ${aiohttp[1]}`;
  const [, product = "", version] = PRODUCT.exec(userAgent) ?? [];
  const client = Object.hasOwn(CLIENTS, product.toLowerCase()) && CLIENTS[product.toLowerCase()];
  if (client) return version && !WITHOUT_VERSION.has(product.toLowerCase()) ? `${client} ${version}` : client;
  const browser = browserName(userAgent);
  return route === TEST_ROUTE && browser !== userAgent ? `This dashboard, ${browser}` : browser;
}
