import { randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import { createPool, openClient } from "#lib/database/connection.ts";

/**
 * Opens Prisma's schema engine in WebAssembly, on our own connections. Prisma's command line would
 * download a binary instead.
 */
export async function openSchemaEngine(url: string, schema: string): Promise<glue.SchemaEngine> {
  instantiate();
  const factory = bindMigrationAwareSqlAdapterFactory(adapterFactory(url));
  return glue.SchemaEngine.new({ datamodels: [["schema.prisma", schema]] }, () => {}, factory);
}

/** Reads the folder of migrations in the engine's format. */
export async function migrationList(directory: string): Promise<glue.MigrationList> {
  const entries = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return {
    baseDir: path.resolve(directory),
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      entries
        .map(({ name }) => name)
        .sort()
        .map(async (name) => ({
          path: name,
          migrationFile: {
            path: "migration.sql",
            content: { tag: "ok" as const, value: await readFile(path.join(directory, name, "migration.sql"), "utf8") },
          },
        })),
    ),
  };
}

let instantiated = false;

/**
 * Instantiates the engine. The package expects a bundler that imports WebAssembly, which Node
 * doesn't have.
 */
function instantiate(): void {
  if (instantiated) return;
  instantiated = true;
  const glueFile = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const module = new WebAssembly.Module(readFileSync(glueFile.replace(/\.js$/, ".wasm")));
  const imports = { "./schema_engine_bg.js": glue } as unknown as WebAssembly.Imports;
  const { exports } = new WebAssembly.Instance(module, imports);
  (glue as unknown as { __wbg_set_wasm(exports: WebAssembly.Exports): void }).__wbg_set_wasm(exports);
  (exports.__wbindgen_start as () => void)();
}

/**
 * Wraps adapter-pg 7.10, which has three gaps for the engine: given a URL it uses the real database
 * as the shadow database, it splits scripts at every `;`, even within `$$`, and it can't read the
 * catalog's type `"char"`.
 */
function adapterFactory(url: string): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => adapter(url),
    connectToShadowDb: async () => {
      const name = `shadow_${randomUUID().replaceAll("-", "")}`;
      await onServer(url, `CREATE DATABASE ${name} TEMPLATE template0`);
      const shadow = new URL(url);
      shadow.pathname = `/${name}`;
      return adapter(shadow.href, () => onServer(url, `DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

async function adapter(url: string, dropped?: () => Promise<void>): Promise<SqlDriverAdapter> {
  const pool = createPool(url, { max: 2 });
  const characters = new Set<string>();
  pool.on("connect", (client) => {
    const { connection } = client as unknown as { connection: EventEmitter };
    connection.prependListener("rowDescription", (description) => readCharType(description, characters));
  });
  const stock = await new PrismaPg(pool).connect();
  const queryRaw = stock.queryRaw.bind(stock);
  stock.queryRaw = async (query) => {
    const result = await queryRaw(query);
    const { Character } = ColumnTypeEnum;
    const columnTypes = result.columnNames.map((name, i) => (characters.has(name) ? Character : result.columnTypes[i]));
    return { ...result, columnTypes: columnTypes as typeof result.columnTypes };
  };
  stock.executeScript = async (script) => {
    await pool.query(script);
  };
  stock.dispose = async () => {
    await pool.end();
    await dropped?.();
  };
  return stock;
}

const [CHAR_OID, TEXT_OID] = [18, 25];

/**
 * Lets the adapter read `"char"` as text, and remembers these columns, which the engine wants as
 * characters.
 */
function readCharType({ fields }: { fields: { name: string; dataTypeID: number }[] }, characters: Set<string>): void {
  characters.clear();
  for (const field of fields) {
    if (field.dataTypeID !== CHAR_OID) continue;
    field.dataTypeID = TEXT_OID;
    characters.add(field.name);
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = await openClient(url);
  await client.query(statement).finally(() => client.end());
}
