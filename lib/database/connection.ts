import pg from "pg";
import { addressesOf } from "#lib/config/addresses.ts";
import { rethrowTranslated, translateErrors } from "#lib/database/translate-errors.ts";
import { UnsuitableServerError } from "#lib/database/unavailable.ts";

const CONNECTION_TIMEOUT_MS = 10_000;
/** How long the known primary is used for further connections. */
const PRIMARY_KNOWN_MS = 500;
/**
 * SQLSTATEs of a server that stops or takes no writes: read_only_sql_transaction, admin_shutdown,
 * crash_shutdown, cannot_connect_now.
 */
const UNSUITABLE = /^(25006|57P0[1-3])$/;
const UTC = /^(Etc\/)?(UTC|UCT|GMT|Zulu|Universal)$/i;

type Server = { host: string; port: number };

/** Missing in the types: builds the first message that `pg` sends on a connection. */
const startupConf = (pg.Client.prototype as unknown as { getStartupConf(): object }).getStartupConf;

/** Creates a pool of connections to the primary. Doesn't connect. */
export function createPool(url: string, config: Omit<pg.PoolConfig, "connectionString">): pg.Pool {
  const pool = new pg.Pool({ ...config, connectionString: url, Client: PrimaryClient as never });
  // The pool replaces a broken connection, idle or in use. Without listeners Node would exit.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.connect = translateErrors(pool.connect);
  pool.query = translateErrors(pool.query);
  return pool;
}

/**
 * Connects to the primary, for a command or a session.
 *
 * @throws {UnsuitableServerError} if no server is a primary or a connection's time zone isn't UTC.
 *
 * @throws {UnavailableError}
 */
export async function openClient(
  url: string,
  config: Omit<pg.ClientConfig, "connectionString"> = {},
): Promise<pg.Client> {
  const client = new PrimaryClient({
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    keepAlive: true,
    ...config,
    connectionString: url,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/**
 * A connection in the time zone UTC to a server that takes writes.
 *
 * Prisma sends and reads instants without an offset, so another zone would shift them. The zone is
 * a startup parameter of its own, which overrides the settings of server, database and role.
 * PgBouncer tracks it for each client; it doesn't know `options`.
 */
class PrimaryClient extends pg.Client {
  readonly #config: pg.ClientConfig;
  readonly #addresses: string[];

  constructor(config: pg.ClientConfig) {
    const addresses = addressesOf(config.connectionString ?? "");
    super({ ...config, connectionString: addresses[0] as string });
    this.#config = config;
    this.#addresses = addresses;
    // The connection is checked before a pool or a caller can listen for errors. Without a listener
    // Node would exit if it broke meanwhile.
    this.on("error", () => {});
    this.query = translateErrors(this.query);
    // Runs after the statement has failed. A pool closes a client that ends when it is released.
    this.connection.on("errorMessage", ({ code }: { code: string }) => {
      if (UNSUITABLE.test(code)) setImmediate(() => void this.end().catch(() => {}));
    });
  }

  getStartupConf(): object {
    return { ...startupConf.call(this), TimeZone: "UTC" };
  }

  override connect(): Promise<this>;
  override connect(callback: (error: Error | null) => void): void;
  override connect(callback?: (error: Error | null) => void): Promise<this> | undefined {
    const connected = this.#connect();
    if (!callback) return connected;
    connected.then(() => callback(null), callback);
    return undefined;
  }

  async #connect(): Promise<this> {
    if (this.#addresses.length > 1) await this.#choosePrimary();
    await super.connect().catch(rethrowTranslated);
    try {
      await this.#check();
    } catch (error) {
      await this.end().catch(() => {});
      throw error;
    }
    return this;
  }

  async #check(): Promise<void> {
    const { rows } = await this.query<{ standby: boolean; zone: string }>({
      text: `SELECT pg_is_in_recovery() AS "standby", current_setting('TimeZone') AS "zone"`,
      query_timeout: this.#config.connectionTimeoutMillis,
    } as pg.QueryConfig);
    const [{ standby, zone }] = rows as [{ standby: boolean; zone: string }];
    if (standby)
      throw new UnsuitableServerError(
        `The database server ${this.host}:${this.port} is a standby, which takes no writes; set DATABASE_URL to the primary, or to all servers (postgresql://user:password@a:5432,b:5432/database).`,
      );
    if (!UTC.test(zone))
      throw new UnsuitableServerError(
        `A new connection to the database has the time zone ${zone} although it asks for UTC; a pooler in between must pass the startup parameter TimeZone on.`,
      );
  }

  async #choosePrimary(): Promise<void> {
    const { host, port } = await primaryOf(this.#addresses, this.#config);
    Object.assign(this, { host, port });
    followers.add(this);
    this.once("end", () => followers.delete(this));
  }

  /**
   * Ends the connection if it isn't to this server, the new primary. Its statements fail as if the
   * connection broke.
   */
  leave({ host, port }: Server): void {
    if (this.host !== host || this.port !== port)
      this.connection.stream.destroy(new UnsuitableServerError("Another server became the primary."));
  }
}

/** Connections for which one of several servers was chosen. */
const followers = new Set<PrimaryClient>();
const answers = new Map<string, Promise<Server>>();
const latest = new Map<string, number>();

/**
 * Asks all servers at once which one is the primary, so that one that hangs delays nothing.
 * Connections that are opened meanwhile and for {@link PRIMARY_KNOWN_MS} after share the answer.
 */
function primaryOf(addresses: string[], config: pg.ClientConfig): Promise<Server> {
  const servers = addresses.join(" ");
  const known = answers.get(servers);
  if (known) return known;
  const answer = askAll(servers, addresses, config);
  answers.set(servers, answer);
  const forget = () => setTimeout(() => answers.delete(servers), PRIMARY_KNOWN_MS).unref();
  answer.then(forget, forget);
  return answer;
}

async function askAll(servers: string, addresses: string[], config: pg.ClientConfig): Promise<Server> {
  // The pool's timeout includes this, and the connection that follows needs the rest of it.
  const timeout = Math.ceil((config.connectionTimeoutMillis || CONNECTION_TIMEOUT_MS) * 0.7);
  const asked = addresses.map(async (connectionString, place) => {
    const client = new PrimaryClient({ ...config, connectionString, connectionTimeoutMillis: timeout });
    client.on("error", () => {});
    await client.connect();
    await client.end();
    return { place, host: client.host, port: client.port };
  });
  try {
    const fastest = await Promise.any(asked);
    // If an old primary returned beside the new one, all connections stay with the same one.
    const former = await asked[latest.get(servers) ?? fastest.place]?.catch(() => undefined);
    const primary = former ?? fastest;
    latest.set(servers, primary.place);
    for (const client of followers) client.leave(primary);
    return primary;
  } catch (error) {
    const { errors } = error as AggregateError;
    throw errors.find((each) => each instanceof UnsuitableServerError) ?? errors[0];
  }
}
