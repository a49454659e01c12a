import { writeFile } from "node:fs/promises";
import path from "node:path";
import { gatewayExamples } from "#components/docs/gateway-examples.ts";
import { mcpExamples } from "#components/docs/mcp-examples.ts";
import { freePort } from "#e2e/support/free-port.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { type Program, startProgram } from "#e2e/support/program.ts";

/**
 * The addresses of GoodTake, of the API and of an MCP server behind the gateway, such as
 * `127.0.0.1:3000`.
 */
type Behind = { goodtake: string; upstream: string; mcp?: string };
/** Changes the text of a configuration before the gateway reads it. */
type Edit = (configuration: string) => string;
type Name = "nginx" | "Caddy";

/** Returns the documented configuration, with the MCP server's location if there is one. */
function configurationFor(name: Name, port: number, { mcp, ...behind }: Behind, edit: Edit = (text) => text): string {
  const whole = gatewayExamples({ ...behind, port })[name];
  return edit(mcp ? whole.replace(/^\s+# All other paths/m, (rest) => `${mcpExamples(mcp)[name]}\n${rest}`) : whole);
}

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
async function startNginxGateway(directory: string, behind: Behind, edit?: Edit): Promise<Program> {
  const port = await freePort();
  const elsewhere = "underscores_in_headers on; ignore_invalid_headers off;";
  return startNginx(directory, port, `${elsewhere}\n${configurationFor("nginx", port, behind, edit)}`);
}

async function startCaddyGateway(directory: string, behind: Behind, edit?: Edit): Promise<Program> {
  const port = await freePort();
  const file = path.join(directory, `Caddyfile-${port}`);
  await writeFile(file, `{\n admin off\n}\n${configurationFor("Caddy", port, behind, edit)}\n`);
  return startProgram("caddy", ["run", "--adapter", "caddyfile", "--config", file], port, directory);
}

/** The gateways that this machine can run. */
export const GATEWAYS = (
  [
    ["nginx", startNginxGateway],
    ["caddy", startCaddyGateway],
  ] as const
).filter(([program]) => !isMissing(program));
