import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BehindGateway, startBehindGateway } from "#e2e/support/behind-gateway.ts";
import { GATEWAYS } from "#e2e/support/gateways.ts";
import type { Program } from "#e2e/support/program.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { database } from "#lib/database/client.ts";

const PROGRESS = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n';
const RESULT = 'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n';

let own: Awaited<ReturnType<typeof createDatabase>>;
let behind: BehindGateway;
/** The messages that the MCP server received, and the streams that it has not ended. */
let messages: { request: IncomingMessage; stream: ServerResponse }[] = [];
let secret: string;
let keyId: string;

beforeAll(async () => {
  own = await createDatabase();
  // Streamable HTTP: answers each message with a stream, which stays open after its first event.
  behind = await startBehindGateway(own.url, (request, stream) => {
    messages.push({ request, stream });
    stream.writeHead(200, { "content-type": "text/event-stream" }).write(PROGRESS);
  });
});
afterAll(async () => {
  await behind.end();
  await own.drop();
});
beforeEach(async () => {
  messages = [];
  const ada = await createUser("Ada", "scale");
  const created = await createKey(ada.id);
  ({ secret } = created);
  keyId = created.key.id;
});

describe.each(GATEWAYS)("an MCP server behind %s, as the docs show it", (_, start) => {
  let gateway: Program;
  beforeAll(async () => {
    const { addresses, directory } = behind;
    gateway = await start(directory, { ...addresses, mcp: addresses.upstream });
  });
  afterAll(() => gateway.stop());

  const send = (headers: Record<string, string>, signal?: AbortSignal) =>
    fetch(`${gateway.url}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        ...headers,
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_reports"}}',
      signal: signal ?? null,
    });
  const bearer = () => ({ authorization: `Bearer ${secret}` });
  const restrict = (scopes: string) =>
    database().apiKey.update({ where: { id: keyId }, data: { scopes }, select: { id: true } });

  test("passes on each event at once, and the caller without its key", async () => {
    await restrict("tools:call");
    const answer = await send(bearer());
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const read = async () => Buffer.from((await reader.read()).value ?? []).toString();
    // The server sends the rest only when the client has the first event.
    expect(await read()).toBe(PROGRESS);
    const { request, stream } = messages[0] ?? {};
    expect(request?.headers).toMatchObject({
      "goodtake-key-id": keyId,
      "goodtake-key-scopes": "tools:call",
      "mcp-method": "tools/call",
      "mcp-protocol-version": "2026-07-28",
    });
    expect(JSON.stringify(request?.rawHeaders)).not.toContain(secret);
    stream?.end(RESULT);
    expect(await read()).toBe(RESULT);
    expect(await read()).toBe("");
  });

  test("a client that closes its stream cancels the work", async () => {
    const client = new AbortController();
    const answer = await send(bearer(), client.signal);
    expect(answer.status).toBe(200);
    const closed = once(messages[0]?.stream as ServerResponse, "close");
    client.abort();
    await closed;
  });

  test("a client without a key is asked for a Bearer token, and finds no OAuth", async () => {
    const answer = await send({});
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="GoodTake API"']);
    for (const path of ["oauth-protected-resource/mcp", "oauth-protected-resource", "oauth-authorization-server"])
      expect((await fetch(`${gateway.url}/.well-known/${path}`)).status).toBe(404);
    expect(messages).toEqual([]);
  });

  test("a key without the permission learns which one it needs", async () => {
    await restrict("reports:read");
    const answer = await send(bearer());
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      403,
      'Bearer realm="GoodTake API", error="insufficient_scope", scope="tools:call"',
    ]);
    expect((await answer.json()).error.code).toBe("insufficient_scope");
    expect(messages).toEqual([]);
  });
});
