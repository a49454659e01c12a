import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { createApiListener } from "#lib/api/listener.ts";
import type { RestrictionColumns } from "#lib/api-keys/model/restrictions.ts";
import type { CreateApiKeyInput } from "#lib/api-keys/model/schema.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import type { Generate } from "#lib/generation/generation.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;

export type TestApi = {
  port: number;
  /**
   * Calls a path below `/api/v1`. Checks every answer against the OpenAPI document, and the header
   * `GoodTake-Error` of a rejection against its body.
   */
  call: (path: string, init?: RequestInit, key?: string | null) => Promise<Response>;
  close: () => void;
};

/** The real API on a port of its own, on the database that is connected. */
export async function startApi(generate?: Generate): Promise<TestApi> {
  const server = createServer(createApiListener(generate)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}/api/v1`;
  const documented = documentedAnswers(await (await fetch(`${base}/openapi.json`)).json());
  return {
    port,
    call: async (path, init = {}, key = null) => {
      const headers = { ...(key && { authorization: `Bearer ${key}` }), ...init.headers };
      const answer = await fetch(`${base}${path}`, { ...init, headers });
      await documented(init.method ?? "GET", new URL(answer.url).pathname, answer.clone());
      if (init.method !== "HEAD") await expectErrorHeader(answer.clone());
      return answer;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export async function createKey(userId: UserId, expiry: CreateApiKeyInput["expiry"] = { type: "never" }) {
  const created = await createApiKey(userId, { name: "Production App", environment: "production", expiry }, CALLER);
  if (!created.ok) throw new Error(created.error);
  return created.value;
}

/** Throws if a rejection's header doesn't have its code, or if another answer has that header. */
async function expectErrorHeader(answer: Response): Promise<void> {
  const header = answer.headers.get("goodtake-error");
  const code = answer.status < 400 ? null : (await answer.json()).error.code;
  if (header !== code) throw new Error(`${answer.status} ${code} has GoodTake-Error: ${header}`);
}

/** Creates a key with the given restriction columns. */
export async function createRestrictedKey(userId: UserId, restrictions: Partial<RestrictionColumns>) {
  const created = await createKey(userId);
  await database().apiKey.update({ where: { id: created.key.id }, data: restrictions });
  return created;
}

type Operation = { responses: Record<string, { content?: Record<string, { schema: object }> }> };
type Document = { paths: Record<string, Record<string, Operation>>; components: object };

/** Returns what throws for an answer that the document doesn't describe. */
function documentedAnswers(document: Document): (method: string, path: string, answer: Response) => Promise<void> {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addSchema({ ...document, $id: "openapi" });
  const compiled = new Map<string, ValidateFunction>();
  return async (method, path, answer) => {
    const operations = document.paths[path];
    // `/auth` answers any method like the one that is documented.
    const documented = path.endsWith("/auth") ? "get" : method.toLowerCase();
    const operation = operations?.[documented];
    // Paths and methods that are not there answer by the table of errors alone.
    if (!operation) return;
    const where = `${method} ${path} ${answer.status}`;
    const content = operation.responses[answer.status]?.content;
    if (!operation.responses[answer.status])
      throw new Error(`${where} is not documented. Add its code to the answers(…) of the route.`);
    const body = await answer.text();
    if (!content) {
      if (body) throw new Error(`${where} has a body, and none is documented.`);
      return;
    }
    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    if (!content[type]) throw new Error(`${where} is ${type}, which is not documented.`);
    const pointer = ["paths", path, documented, "responses", String(answer.status), "content", type, "schema"]
      .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
      .join("/");
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
    compiled.set(pointer, validate);
    if (method !== "HEAD" && !validate(JSON.parse(body)))
      throw new Error(`${where} is not as documented: ${ajv.errorsText(validate.errors)} in ${body.slice(0, 500)}`);
  };
}
