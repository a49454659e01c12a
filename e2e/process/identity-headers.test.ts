import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BehindGateway, startBehindGateway } from "#e2e/support/behind-gateway.ts";
import { freePort } from "#e2e/support/free-port.ts";
import { GATEWAYS } from "#e2e/support/gateways.ts";
import { type Program, startProgram } from "#e2e/support/program.ts";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";

const IDENTITY = [
  "GoodTake-User-Id",
  "GoodTake-Key-Id",
  "GoodTake-Key-Name",
  "GoodTake-Key-Environment",
  "GoodTake-Key-Scopes",
  "GoodTake-Tier",
];
/**
 * Characters of a header's name other than letters, digits and the hyphen (RFC 9110, 5.6.2). CGI
 * folds each to `_`.
 */
const SEPARATORS = [..."!#$%&'*+.^_`|~"];

let own: Awaited<ReturnType<typeof createDatabase>>;
let behind: BehindGateway;
let cgi: Program;
/** The headers and trailers that reached the API behind the gateway. */
let arrived: IncomingHttpHeaders[] = [];
let secret: string;
let identity: Record<string, string>;

beforeAll(async () => {
  own = await createDatabase();
  behind = await startBehindGateway(own.url, async (request, response) => {
    for await (const _ of request);
    arrived.push({ ...request.headers, ...request.trailers });
    response.end("upstream");
  });
  behind.upstream.on("upgrade", (request, socket) => {
    arrived.push(request.headers);
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
  });
  const port = await freePort();
  const script = new URL("../support/cgi-upstream.py", import.meta.url).pathname;
  cgi = await startProgram("/usr/bin/python3", [script, String(port)], port, behind.directory);
});
afterAll(async () => {
  await cgi.stop();
  await behind.end();
  await own.drop();
});
beforeEach(async () => {
  arrived = [];
  const ada = await createUser("Ada", "scale");
  const created = await createKey(ada.id);
  ({ secret } = created);
  identity = {
    "goodtake-user-id": ada.id,
    "goodtake-key-id": created.key.id,
    "goodtake-key-name": "Production%20App",
    "goodtake-key-environment": "production",
    "goodtake-key-scopes": "*",
    "goodtake-tier": "scale",
  };
});

describe.each(GATEWAYS)("through the configuration for %s", (name, start) => {
  let gateway: Program;
  let cgiGateway: Program;
  beforeAll(async () => {
    gateway = await start(behind.directory, behind.addresses);
    cgiGateway = await start(behind.directory, { ...behind.addresses, upstream: new URL(cgi.url).host });
  });
  afterAll(() => Promise.all([gateway.stop(), cgiGateway.stop()]));

  const send = (to: Program, lines: string[], start = "GET /reports/ HTTP/1.1", rest = "") =>
    sendRaw(
      Number(new URL(to.url).port),
      `${[start, "Host: api.example.com", `X-API-Key: ${secret}`, ...lines].join("\r\n")}\r\n\r\n${rest}`,
    );

  test.each([
    ["one of them", ["Connection: GoodTake-User-Id, close"]],
    ["all of them", [`Connection: ${IDENTITY.join(", ")}, close`]],
    ["on several lines", [...IDENTITY.map((header) => `Connection: ${header}`), "Connection: close"]],
    ["in lower case", [`connection: close,${IDENTITY.join(",").toLowerCase()}`]],
    ["in upper case", [`CONNECTION: ${IDENTITY.join(" , ").toUpperCase()},CLOSE`]],
    ["between other words", ["Connection: close, Keep-Alive, GoodTake-Tier, TE", "Keep-Alive: GoodTake-Key-Id"]],
    ["for a proxy", [`Proxy-Connection: ${IDENTITY.join(", ")}`, "Connection: close"]],
    ["as trailers", [`TE: ${IDENTITY.join(", ")}`, "Connection: TE, GoodTake-Tier, close"]],
    ["with an upgrade", ["Connection: Upgrade, GoodTake-Tier, close", "Upgrade: h2c"]],
  ])("a client has no identity header removed by naming %s", async (_, lines) => {
    expect(await send(gateway, lines)).toMatch(/^HTTP\/1\.1 200 /);
    expect(arrived).toEqual([expect.objectContaining(identity)]);
  });

  test("a client has no identity header removed by speaking HTTP/1.0", async () => {
    expect(await send(gateway, [`Connection: ${IDENTITY.join(", ")}`], "GET /reports/ HTTP/1.0")).toMatch(
      /^HTTP\/1\.\d 200 /,
    );
    expect(arrived).toEqual([expect.objectContaining(identity)]);
  });

  test("a client can't add an identity header in any case, more than once, or in a trailer", async () => {
    const forged = IDENTITY.flatMap((header) => [`${header}: forged`, `${header.toUpperCase()}: forged`]);
    expect(await send(gateway, [...forged, "Connection: close"])).toMatch(/^HTTP\/1\.1 200 /);
    const trailers = [`Trailer: ${IDENTITY.join(", ")}`, "Transfer-Encoding: chunked", "Connection: close"];
    const body = `2\r\nhi\r\n0\r\n${forged.join("\r\n")}\r\n\r\n`;
    expect(await send(gateway, trailers, "POST /reports/ HTTP/1.1", body)).toMatch(/^HTTP\/1\.1 200 /);
    expect(arrived).toEqual([expect.objectContaining(identity), expect.objectContaining(identity)]);
    expect(JSON.stringify(arrived)).not.toContain("forged");
  });

  test("an API that reads headers as CGI variables sees only GoodTake's in any spelling", async () => {
    const aliases = SEPARATORS.flatMap((separator) =>
      IDENTITY.map((header) => `${header.replaceAll("-", separator)}: forged`),
    );
    const mixed = ["GOODTAKE-USER_ID: forged", "goodtake_tier: forged", "GoodTake-Key.Id: forged"];
    const answer = await send(cgiGateway, [...aliases, ...mixed, "Connection: close"]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    const variables = JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1));
    expect(variables).toMatchObject(
      Object.fromEntries(
        Object.entries(identity).map(([header, value]) => [`HTTP_${header.toUpperCase().replaceAll("-", "_")}`, value]),
      ),
    );
    expect(answer).not.toContain("forged");
  });

  if (name === "caddy")
    test("a websocket opens, with its identity headers", async () => {
      const answer = await send(gateway, [
        "Connection: GoodTake-User-Id, upgrade",
        "Upgrade: WebSocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ]);
      expect(answer).toMatch(/^HTTP\/1\.1 101 [\s\S]*hello$/);
      expect(arrived).toEqual([expect.objectContaining(identity)]);
    });
});
