import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Redis } from "ioredis";
import { freePort } from "#e2e/support/free-port.ts";
import { type Program, startProgram } from "#e2e/support/program.ts";
import { startRedis, type TestRedis } from "#e2e/support/redis.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { until } from "#e2e/support/until.ts";

const SERVICE = "limits";

export type TestSentinels = {
  /** The form of REDIS_URL. */
  url: string;
  /** Returns the Redis that the Sentinels call the master now. */
  master: () => Promise<TestRedis>;
  /** Waits until the Sentinels have made another Redis the master. */
  failedOver: (from: TestRedis) => Promise<void>;
  /** Starts a Redis that was killed as a replica of the master. */
  rejoin: (redis: TestRedis) => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Starts three Sentinels over a master and a replica. After 2 s without an answer they call the
 * master gone: in less time they would do so while it waits for a core, and they retry a failed
 * failover only after twice its timeout.
 */
export async function startSentinels(): Promise<TestSentinels> {
  const { directory, remove } = await temporaryDirectory();
  const first = await startRedis();
  const servers = [first, await startRedis(first.port)];
  const ports: number[] = [];
  const sentinels: Program[] = [];
  for (let i = 0; i < 3; i += 1) {
    const port = await freePort();
    const file = path.join(directory, `${i}.conf`);
    await writeFile(
      file,
      `port ${port}
bind 127.0.0.1
dir ${directory}
sentinel monitor ${SERVICE} 127.0.0.1 ${first.port} 2
sentinel down-after-milliseconds ${SERVICE} 2000
sentinel failover-timeout ${SERVICE} 3000
`,
    );
    ports.push(port);
    sentinels.push(await startProgram("redis-sentinel", [file], port, directory));
  }
  const clients = ports.map((port) => new Redis(port, "127.0.0.1"));
  const state = async (client: Redis) => {
    const answer = (await client.call("SENTINEL", "MASTER", SERVICE)) as string[];
    const of = (name: string) => answer[answer.indexOf(name) + 1];
    return {
      port: Number(of("port")),
      flags: of("flags"),
      replicas: of("num-slaves"),
      others: of("num-other-sentinels"),
    };
  };
  const all = async (holds: (found: Awaited<ReturnType<typeof state>>) => boolean) => {
    await until(async () => (await Promise.all(clients.map(state))).every(holds));
  };
  const master = async () => {
    const { port } = await state(clients[0] as Redis);
    return servers.find((server) => server.port === port) as TestRedis;
  };
  await all(({ flags, replicas, others }) => flags === "master" && replicas === "1" && others === "2");
  return {
    url: `redis+sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(",")}/${SERVICE}`,
    master,
    failedOver: (from) => all(({ port, flags }) => port !== from.port && flags === "master"),
    rejoin: async (redis) => redis.restart((await master()).port),
    stop: async () => {
      for (const client of clients) client.disconnect();
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
      await Promise.all(servers.map((server) => server.stop()));
      await remove();
    },
  };
}
