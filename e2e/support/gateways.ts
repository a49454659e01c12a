import { writeFile } from "node:fs/promises";
import path from "node:path";
import { gatewayExamples } from "#components/docs/gateway-examples.ts";
import { freePort } from "#e2e/support/free-port.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { type Program, startProgram } from "#e2e/support/program.ts";

/** The addresses of GoodTake and of the API behind the gateway, such as `127.0.0.1:3000`. */
type Behind = { goodtake: string; upstream: string };

/** Runs nginx with `http` as the content of its `http` block. */
export async function startNginx(directory: string, port: number, http: string): Promise<Program> {
  const file = path.join(directory, `nginx-${port}.conf`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join("\n");
  await writeFile(
    file,
    `daemon off; master_process off; pid ${directory}/nginx-${port}.pid; error_log /dev/null;
     events {} http { access_log off; ${temporary}\n${http} }`,
  );
  return startProgram("nginx", ["-e", "/dev/null", "-c", file], port, directory);
}

/**
 * Runs the documented configuration in an nginx whose other sites use settings that are dangerous
 * for it.
 */
async function startNginxGateway(directory: string, behind: Behind): Promise<Program> {
  const port = await freePort();
  const elsewhere = "underscores_in_headers on; ignore_invalid_headers off;";
  return startNginx(directory, port, `${elsewhere}\n${gatewayExamples({ ...behind, port }).nginx}`);
}

async function startCaddyGateway(directory: string, behind: Behind): Promise<Program> {
  const port = await freePort();
  const file = path.join(directory, `Caddyfile-${port}`);
  await writeFile(file, `{\n admin off\n}\n${gatewayExamples({ ...behind, port }).Caddy}\n`);
  return startProgram("caddy", ["run", "--adapter", "caddyfile", "--config", file], port, directory);
}

/** The gateways that this machine can run. */
export const GATEWAYS = (
  [
    ["nginx", startNginxGateway],
    ["caddy", startCaddyGateway],
  ] as const
).filter(([program]) => !isMissing(program));
