import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type MailServer, mailSettings, type Step, startMailServer } from "#e2e/support/mail-server.ts";
import { runCommand } from "#e2e/support/run-command.ts";
import { serverEnvironment } from "#e2e/support/start-server.ts";
import { createDatabase, createVerifiedUser } from "#e2e/support/test-database.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";

let own: Awaited<ReturnType<typeof createDatabase>>;
let server: MailServer;
let settings: Record<string, string>;
const deliverers = new Set<ChildProcess>();

beforeAll(async () => {
  own = await createDatabase();
  connectDatabase(own.url, 4);
  server = await startMailServer();
  settings = {
    ...mailSettings(server),
    DATABASE_URL: own.url,
    AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
    NODE_ENV: "test",
  };
  Object.assign(process.env, mailSettings(server));
});
afterEach(() => Promise.all([...deliverers].map(kill)));
afterAll(async () => {
  await disconnectDatabase();
  await own.drop();
  await server.stop();
});

function startDeliverer(): ChildProcess {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "mail-deliverer.ts")], {
    env: serverEnvironment(settings),
    stdio: "ignore",
  });
  deliverers.add(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  deliverers.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

const queue = (userId: Awaited<ReturnType<typeof createVerifiedUser>>["id"]) =>
  database().$transaction((transaction) =>
    queueMail(transaction, userId, "account.password_changed", { sessionsEnded: 0 }),
  );
/** Makes every email due that waits for a lease to end or for a retry. */
const passTime = () => database().$executeRaw`UPDATE "Mail" SET "dueAt" = now() WHERE "endedAt" IS NULL`;
const undelivered = () => database().mail.count({ where: { outcome: { not: "sent" } } });
const problem = async () => (await database().mail.findFirst({ where: { endedAt: null } }))?.problem;
const waiting = () => database().mail.count({ where: { endedAt: null } });

describe("a kill -9 of the delivering process loses no email and sends none more than twice", () => {
  test.each<[step: Step, copies: number]>([
    ["connect", 1],
    ["from", 1],
    ["to", 1],
    ["data", 1],
    ["answer", 2],
  ])(
    "at %s",
    async (step, copies) => {
      const user = await createVerifiedUser();
      await queue(user.id);
      server.mails.length = server.reached.length = 0;
      server.faults[step] = "hang";
      const killed = startDeliverer();
      await expect.poll(() => server.reached, { timeout: 20_000 }).toContain(step);
      await kill(killed);
      delete server.faults[step];
      expect(await waiting()).toBe(1);

      await passTime();
      startDeliverer();
      if (step === "data" || step === "answer") {
        await expect.poll(problem, { timeout: 20_000 }).toContain("killed");
        await passTime();
      }
      await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
      expect(await undelivered()).toBe(0);
      expect(server.mails.map(({ recipient }) => recipient)).toEqual(Array(copies).fill(user.email));
      expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBe(1);
    },
    60_000,
  );
});

test("two processes deliver each email once, and nothing is due afterward", async () => {
  server.mails.length = 0;
  const users = await Promise.all(Array.from({ length: 30 }, () => createVerifiedUser()));
  for (const { id } of users) await queue(id);
  startDeliverer();
  startDeliverer();
  await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
  expect(server.mails.map(({ recipient }) => recipient).sort()).toEqual(users.map(({ email }) => email).sort());
}, 60_000);

describe("npm run mail", () => {
  const mail = (...args: string[]) => runCommand("mail.ts", args, settings);

  test("lists waiting and failed emails, and retries them", async () => {
    await database().mail.deleteMany();
    expect((await mail("list")).stdout).toBe("Every email is delivered.\n");
    const { id, email } = await createVerifiedUser();
    await queue(id);
    await queue(id);
    const [waits, dead] = await database().mail.findMany({ select: { id: true } });
    await database().mail.update({
      where: { id: String(dead?.id) },
      data: { outcome: "failed", endedAt: new Date(), problem: "550 No such user" },
    });
    const { stdout } = await mail("list");
    expect(stdout).toMatch(new RegExp(`${dead?.id}  account.password_changed  ${email} .* failed .*550 No such user`));
    expect(stdout).toContain(String(waits?.id));
    expect(await mail("retry", String(waits?.id))).toMatchObject({ code: 1 });
    expect(await mail("retry", String(dead?.id))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 email is/),
    });
    expect(await waiting()).toBe(2);
  }, 60_000);

  test("tests the mail server and prints its response", async () => {
    expect(await mail("test", "ada@example.com")).toMatchObject({ code: 0, stdout: expect.stringContaining("250") });
    expect((await server.mailTo("ada@example.com")).subject).toBe("GoodTake can send email");
    server.faults.to = 550;
    const rejected = await mail("test", "ada@example.com");
    expect(rejected).toMatchObject({ code: 1, stderr: expect.stringContaining("550 Not now") });
    delete server.faults.to;
    expect(await runCommand("mail.ts", ["test", "ada@example.com"], {})).toMatchObject({
      code: 1,
      stderr: "SMTP_URL is not set, so no email is sent.\n",
    });
    expect((await mail("test", "ada")).code).toBe(2);
  }, 60_000);
});
