import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { differingBalances } from "#e2e/process/api-processes.ts";
import type { Outcome } from "#e2e/process/credit-writer.ts";
import { serverEnvironment } from "#e2e/support/start-server.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { sweepReservations } from "#lib/credits/store.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";

const PROCESSES = 3;

test("of three processes that charge, reserve, settle, refund and cancel at once each answer agrees with the ledger, and a locked account delays no other", async () => {
  const seed = Number(process.env.CREDITS_SEED ?? randomInt(2 ** 31));
  process.stdout.write(`CREDITS_SEED=${seed}\n`);
  const { url, drop } = await createDatabase();
  connectDatabase(url, 5);
  const users = await Promise.all(Array.from({ length: 6 }, () => createUser()));
  const [held = "", ...others] = users.map(({ id }) => id);
  const holder = await openClient(url);
  await holder.query("BEGIN");
  await holder.query(`SELECT FROM "Balance" WHERE "userId" = $1 FOR UPDATE`, [held]);

  const writers = Array.from({ length: PROCESSES }, (_, i) => {
    const writer = spawn(process.execPath, ["e2e/process/credit-writer.ts", url, String(seed + i), held, ...others], {
      env: serverEnvironment({ LOG_LEVEL: "silent" }),
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface(writer.stdout)[Symbol.asyncIterator]();
    const read = async () => JSON.parse((await lines.next()).value ?? "[]") as Outcome[];
    return { read, end: () => writer.stdin.end(), exit: once(writer, "exit") };
  });
  const outcomes = (await Promise.all(writers.map(({ read }) => read()))).flat();
  expect(outcomes.length).toBeGreaterThan(PROCESSES * 250);
  // All of them are answered, and the row is still held.
  await holder.query("COMMIT");
  await holder.end();
  for (const { end } of writers) end();
  outcomes.push(...(await Promise.all(writers.map(({ read }) => read()))).flat());
  expect(await Promise.all(writers.map(async ({ exit }) => (await exit)[0]))).toEqual([0, 0, 0]);
  await sweepReservations();

  expect(await differingBalances()).toEqual([]);
  const { rows: days } = await pool().query(
    `SELECT "userId" FROM "Balance" b WHERE "credits" <> (SELECT sum("added" + "refunded" - "charged") FROM "CreditDay" d WHERE d."userId" = b."userId")`,
  );
  expect(days).toEqual([]);
  expect(await database().reservation.count()).toBe(0);

  const { rows: nets } = await pool().query<{ id: string; net: number }>(
    `SELECT overlay("id"::text PLACING '7' FROM 15) AS "id", -sum("amount")::int AS "net" FROM "CreditMovement" GROUP BY 1`,
  );
  const paid = new Map(nets.map(({ id, net }) => [id, net]));
  expect(outcomes.filter(({ id, paid: said }) => (paid.get(id) ?? 0) !== said)).toEqual([]);
  for (const kind of ["charge", "repeated", "image", "once"])
    expect(
      outcomes.some((outcome) => outcome.kind === kind && outcome.paid > 0),
      kind,
    ).toBe(true);

  // Whatever process was asked for it, a key was paid for once, and has one answer.
  for (const [key, all] of Map.groupBy(outcomes, ({ key }) => key)) {
    if (key === undefined) continue;
    expect(all.filter(({ paid }) => paid > 0).length, key).toBeLessThanOrEqual(1);
    expect(new Set(all.flatMap(({ answer }) => answer ?? [])).size, key).toBeLessThanOrEqual(1);
  }
  await disconnectDatabase();
  await drop();
}, 60_000);
