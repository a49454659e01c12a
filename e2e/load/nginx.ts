import { writeFile } from "node:fs/promises";
import path from "node:path";
import { freePort } from "#e2e/support/free-port.ts";
import { type Program, startProgram } from "#e2e/support/program.ts";

/** Starts nginx in front of some API processes, as in examples/nginx.conf without TLS. */
export async function startNginx(directory: string, servers: { url: string }[]): Promise<Program> {
  const port = await freePort();
  const file = path.join(directory, `nginx-${port}.conf`);
  const upstream = servers.map(({ url }) => `server ${new URL(url).host} max_fails=0;`).join(" ");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join("\n");
  await writeFile(
    file,
    `daemon off; worker_processes auto; pid ${directory}/nginx-${port}.pid; error_log /dev/null;
    events {}
    http {
      access_log off; ${temporary}
      # wrk keeps its connections for all of its requests.
      keepalive_requests 1000000000;
      upstream goodtake { ${upstream} keepalive 64; }
      server {
        listen 127.0.0.1:${port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        location / { proxy_pass http://goodtake; }
      }
    }`,
  );
  return startProgram("nginx", ["-e", "/dev/null", "-c", file], port, directory);
}
