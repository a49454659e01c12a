import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#e2e/support/free-port.ts";
import { startNginx } from "#e2e/support/gateways.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { nginxExample } from "#e2e/support/nginx-example.ts";
import type { Program } from "#e2e/support/program.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";

const NAME = "dashboard.example.com";

describe.skipIf(isMissing("nginx"))("examples/nginx.conf", () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let upstreams: Server[];
  let nginx: Program;
  let clear: number;
  let secure: number;
  beforeAll(async () => {
    folder = await temporaryDirectory();
    [clear, secure] = [await freePort(), await freePort()];
    upstreams = await Promise.all(["api", "api", "dashboard", "dashboard"].map(startUpstream));
    const addresses = upstreams.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
    const files = { certificate: path.join(folder.directory, "own.pem"), key: path.join(folder.directory, "own.key") };
    createCertificate(files);
    const example = (await nginxExample(addresses))
      .replace("listen 80;", `listen 127.0.0.1:${clear};`)
      .replace("listen 443 ssl;", `listen 127.0.0.1:${secure} ssl;`)
      .replaceAll(/^ +listen \[::\].*;\n/gm, "")
      .replace(/ssl_certificate .*;/, `ssl_certificate ${files.certificate};`)
      .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${files.key};`);
    nginx = await startNginx(folder.directory, secure, example);
  });
  afterAll(async () => {
    await nginx?.stop();
    for (const server of upstreams) server.close();
    await folder.remove();
  });

  /**
   * Returns the status and the body of an answer over TLS, from a server with the certificate of
   * `NAME`.
   */
  async function getSecurely(target: string): Promise<string> {
    const ca = readFileSync(path.join(folder.directory, "own.pem"));
    const options = { port: secure, path: target, ca, servername: NAME, headers: { host: NAME } };
    return new Promise((resolve, reject) => {
      const request = https.get({ host: "127.0.0.1", ...options, agent: false }, (answer) => {
        text(answer).then((body) => resolve(`${answer.statusCode} ${body}`), reject);
      });
      request.on("error", reject);
    });
  }

  test("pages over plain HTTP are redirected to HTTPS, with their path and query", async () => {
    const answer = await fetch(`http://127.0.0.1:${clear}/sign-in?next=%2Fsettings`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([
      301,
      "https://127.0.0.1/sign-in?next=%2Fsettings",
    ]);
  });

  test("the API over plain HTTP is rejected, so that a key in the clear never works", async () => {
    const answer = await fetch(`http://127.0.0.1:${clear}/api/v1/key`, { redirect: "manual" });
    expect(answer.status).toBe(403);
  });

  test.each([
    ["/api/v1/key", "200 api"],
    ["/api/auth/callback/github", "200 dashboard"],
    ["/settings/developer", "200 dashboard"],
  ])("%s over TLS is answered by: %s", async (target, answer) => {
    expect(await getSecurely(target)).toBe(answer);
  });

  test.each(["/readyz", "/metrics"])("%s is not public", async (target) => {
    expect(await getSecurely(target)).toMatch(/^404 /);
  });
});

async function startUpstream(name: string): Promise<Server> {
  const server = createServer((_, response) => response.end(name)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}

function createCertificate({ certificate, key }: { certificate: string; key: string }): void {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const subject = ["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`];
  execFileSync(
    "openssl",
    ["req", "-x509", "-nodes", "-days", "1", ...curve, ...subject, "-keyout", key, "-out", certificate],
    {
      stdio: "ignore",
    },
  );
}
