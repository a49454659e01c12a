import { migrationList, openSchemaEngine } from "#scripts/schema-engine.ts";

/**
 * Returns the SQL that leads from the migrations to the schema; undefined if they agree. Uses a
 * server, but not its database.
 */
export async function schemaDifference(
  serverUrl: string,
  migrations: string,
  schema: string,
): Promise<string | undefined> {
  const engine = await openSchemaEngine(serverUrl, schema);
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: "migrations", ...(await migrationList(migrations)) },
      to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: schema }] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    } as Parameters<typeof engine.diff>[0]);
    return exitCode === 0 ? undefined : (stdout ?? undefined);
  } finally {
    engine.free();
  }
}
