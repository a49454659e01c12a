import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { noteAnswer } from "#lib/access-log.ts";
import { type RequestStore, requestStore } from "#lib/auth/current-request.ts";
import type { Env } from "#lib/config/env.ts";
import { endEarly, limitBody } from "#lib/server/body-limit.ts";
import { isOwnHost, isOwnOrigin } from "#lib/server/own-origin.ts";
import { restoreCaller } from "#lib/server/redirect-hop.ts";
import { contentSecurityPolicy, securityHeaders } from "#lib/server/security-headers.ts";

/** No form has more. Next answers 500 to a larger body. */
const BODY_MAX_BYTES = 1_048_576;
const TOO_LONG: Rejection = [413, "This is more than 1 MB."];

type Rejection = [status: number, text: string];

/**
 * Creates the listener of the dashboard. It checks host, origin and size, sets the security
 * headers, and passes accepted requests to `pages`.
 */
export function createDashboardListener(env: Env, pages: RequestListener): RequestListener {
  const headers = Object.entries(securityHeaders(env));
  return (request, response) => {
    const start = performance.now();
    const { method = "" } = request;
    const id = randomUUID();
    response.setHeader("x-request-id", id);
    response.once("finish", () =>
      noteAnswer({
        requestId: id,
        method,
        route: "dashboard",
        status: response.statusCode,
        durationMs: performance.now() - start,
      }),
    );
    const policy = contentSecurityPolicy(env, randomBytes(18).toString("base64"));
    for (const [name, value] of headers) response.setHeader(name, value);
    response.setHeader("content-security-policy", policy);

    restoreCaller(request.headers);
    const rejection = rejectionOf(request, env);
    if (rejection) return answer(request, response, ...rejection);
    limitBody(request, BODY_MAX_BYTES, () => answer(request, response, ...TOO_LONG));

    // Next takes the nonce from this request header, which a client could have set.
    request.headers["content-security-policy"] = policy;
    request.headers["x-forwarded-host"] = request.headers.host;
    request.headers["x-forwarded-proto"] = env.PUBLIC_URL?.startsWith("https:") ? "https" : "http";
    for (const name of ["x-forwarded-port", "forwarded", "x-middleware-subrequest"]) delete request.headers[name];
    // Next can't have a page and a route at the same path.
    if (isUnsubscribe(request)) request.url = `${request.url}/off`;
    const store: RequestStore = { id, path: request.url };
    applyStatus(request, response, store);
    requestStore().run(store, () => pages(request, response));
  };
}

/**
 * Changes the statuses that Next answers: 200 becomes the status that the page or action asked for,
 * 500 becomes 400 if an action's body can't be read, and a form of another version, sent without
 * JavaScript, is redirected to its page.
 */
function applyStatus({ method, url, headers }: IncomingMessage, response: ServerResponse, store: RequestStore): void {
  const writeHead = response.writeHead;
  const statusFor = (status: number) => {
    if (status === 409 && response.hasHeader("x-nextjs-action-not-found") && !headers["next-action"]) {
      response.setHeader("location", newVersionOf(url));
      return 303;
    }
    if (status === 200) return store.status ?? status;
    return status === 500 && method === "POST" && !store.begun ? 400 : status;
  };
  response.writeHead = ((status: number, ...rest: never[]) =>
    writeHead.call(response, statusFor(status), ...rest)) as typeof writeHead;
}

/** Returns the page's address with a notice that nothing was done. */
function newVersionOf(url = "/"): string {
  const { pathname, searchParams } = new URL(`http://own.invalid${url}`);
  searchParams.set("notice", "new_version");
  return `${pathname.replace(/^\/+/, "/")}?${searchParams}`;
}

function rejectionOf({ method, url, headers }: IncomingMessage, env: Env): Rejection | undefined {
  if (!isOwnHost(headers.host, env.PUBLIC_URL)) {
    return [403, "This is not the dashboard's address. If it should be, set PUBLIC_URL to it."];
  }
  if (!isReadable(url?.split("?", 1)[0] ?? "")) return [400, "This address can not be read."];
  if (Number(headers["content-length"]) > BODY_MAX_BYTES) return TOO_LONG;
  if (method === "GET" || method === "HEAD") return undefined;
  if (method !== "POST" || url?.startsWith("/_next/")) return [405, "Method not allowed."];
  if (isUnsubscribe({ method, url, headers })) return undefined;
  if (!isOwnOrigin(headers.origin, headers.host, env.PUBLIC_URL)) return [403, "This request came from another site."];
  return undefined;
}

/**
 * Returns whether an email client unsubscribes a user (RFC 8058). Such a request has no `Origin`,
 * and the token in its URL can do nothing else. A form of our own page is an action, which has a
 * name in its body.
 */
function isUnsubscribe({ method, url = "", headers }: Pick<IncomingMessage, "method" | "url" | "headers">): boolean {
  return method === "POST" && /^\/unsubscribe\/[\w.-]+$/.test(url) && !headers.origin;
}

/** Returns whether a path is valid UTF-8. Next answers 500 to one that isn't. */
function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  if (status === 405) response.setHeader("allow", "GET, HEAD, POST");
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text) + 1,
    "cache-control": "no-store",
    connection: "close",
  });
  response.write(`${text}\n`);
  endEarly(request, response);
}
