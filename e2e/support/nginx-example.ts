import { readFile } from "node:fs/promises";
import path from "node:path";

const EXAMPLE = path.resolve(import.meta.dirname, "../../examples/nginx.conf");
const REDIRECT_SERVER = /^server \{\n {4}listen 80;[\s\S]*?^\}\n/m;

/**
 * Returns examples/nginx.conf on a port without TLS. `addresses` replace its four upstream servers
 * in their order.
 */
export async function plainNginxExample(port: number, addresses: string[]): Promise<string> {
  return (await nginxExample(addresses))
    .replace(REDIRECT_SERVER, "")
    .replace("listen 443 ssl;", `listen 127.0.0.1:${port};`)
    .replaceAll(/^ +(listen \[::\]|ssl_).*;\n/gm, "");
}

/** Returns examples/nginx.conf with other upstream servers. */
export async function nginxExample(addresses: string[]): Promise<string> {
  const example = await readFile(EXAMPLE, "utf8");
  return example.replaceAll(/127\.0\.0\.1:300([1-4])/g, (_, place) => String(addresses[Number(place) - 1]));
}
