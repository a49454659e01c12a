import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type MailServer, mailSettings, startMailServer } from "#e2e/support/mail-server.ts";
import { type createVerifiedUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { database } from "#lib/database/client.ts";
import { deliverMail } from "#lib/mail/deliver.ts";
import type { MailData, MailKind } from "#lib/mail/kinds.ts";
import { claimMail } from "#lib/mail/outbox.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";

type User = Awaited<ReturnType<typeof createVerifiedUser>>;

/** Gives each test of a file an empty outbox, and a real mail server without faults. */
export function givenOutbox() {
  let server: MailServer;
  let close: () => Promise<void>;
  beforeAll(async () => {
    server = await startMailServer();
    Object.assign(process.env, mailSettings(server));
    close = await useOwnDatabase();
  });
  afterAll(async () => {
    await close();
    await server.stop();
  });
  beforeEach(() => {
    server.mails.length = 0;
  });
  afterEach(async () => {
    server.faults = Object.assign(server.faults, {
      connect: undefined,
      to: undefined,
      data: undefined,
      answer: undefined,
    });
    await database().mail.deleteMany();
  });

  const queue = <Kind extends MailKind>({ id }: User, kind: Kind, data: MailData<Kind>) =>
    database().$transaction((transaction) => queueMail(transaction, id, kind, data));
  return {
    mailServer: () => server,
    queueSecurity: (user: User) => queue(user, "account.password_changed", { sessionsEnded: 1 }),
    queueNotice: (user: User, name = "Production") =>
      queue(user, "api_key.created", { id: "019ac0de-0000-7000-8000-000000000000", name, environment: "production" }),
    /** Delivers everything that is due, as the dashboard's process does, and returns the outcomes. */
    deliverDue: async (): Promise<string[]> => {
      const outcomes: string[] = [];
      for (let mail = await claimMail(); mail; mail = await claimMail())
        if (mail !== "settled") outcomes.push((await deliverMail(server.url, mail)).outcome);
      return outcomes;
    },
    /** Moves the outbox into the past, so that what waits is due. */
    pass: (interval: string) =>
      database().$executeRaw`UPDATE "Mail" SET "dueAt" = "dueAt" - ${interval}::interval,
        "endedAt" = "endedAt" - ${interval}::interval, "giveUpAt" = "giveUpAt" - ${interval}::interval`,
    subjects: () => server.mails.map(({ subject }) => subject),
  };
}
