import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { CERTIFICATE } from "#e2e/support/mail-certificate.ts";
import { type Fault, type MailServer, type Step, startMailServer } from "#e2e/support/mail-server.ts";
import { sendBySmtp } from "#lib/mail/smtp.ts";

const MESSAGE = {
  from: "keys@goodtake.example",
  to: "ada@example.com",
  content: Buffer.from("Subject: Hello\r\n\r\nAda\r\n"),
};

let server: MailServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Returns the outcome of a delivery, and whether the handover had started. */
async function send(url: string, deliveryMs?: number) {
  let isHandedOver = false;
  const delivery = await sendBySmtp(
    url,
    MESSAGE,
    async () => {
      isHandedOver = true;
    },
    deliveryMs,
  );
  return { ...delivery, isHandedOver };
}

describe("a mail server that fails", () => {
  test.each<[step: Step, fault: Fault, outcome: string, isHandedOver: boolean]>([
    ["connect", "close", "not_sent", false],
    ["connect", "hang", "not_sent", false],
    ["connect", 421, "rejected", false],
    ["connect", 554, "rejected", false],
    ["from", "close", "not_sent", false],
    ["from", "hang", "not_sent", false],
    ["from", 451, "rejected", false],
    ["to", "close", "not_sent", false],
    ["to", "hang", "not_sent", false],
    ["to", 550, "rejected", false],
    ["data", "close", "unknown", true],
    ["data", "hang", "unknown", true],
    ["data", 452, "rejected", true],
    ["answer", "close", "unknown", true],
    ["answer", "hang", "unknown", true],
    ["answer", 451, "rejected", true],
    ["answer", 550, "rejected", true],
    ["answer", 421, "rejected", true],
  ])("at %s by %s: %s", async (step, fault, outcome, isHandedOver) => {
    server = await startMailServer();
    server.faults[step] = fault;
    const delivery = await send(server.url, fault === "hang" ? 1_500 : undefined);
    expect(delivery).toMatchObject({ outcome, isHandedOver });
    if (typeof fault === "number") expect(delivery).toMatchObject({ code: fault });
    delete server.faults[step];
    expect(await send(server.url)).toMatchObject({ outcome: "accepted", isHandedOver: true });
  });

  test("that doesn't exist", async () => {
    const gone = await startMailServer();
    await gone.stop();
    expect(await send(gone.url)).toMatchObject({ outcome: "not_sent", isHandedOver: false });
  });
});

test("an invalid address is rejected and isn't mistaken for a server that is down", async () => {
  server = await startMailServer();
  for (const to of ["a<b@example.com", "a>@example.com"])
    expect(await sendBySmtp(server.url, { ...MESSAGE, to })).toMatchObject({ outcome: "rejected", code: 553 });
});

test("nothing is handed over if the process lost its claim", async () => {
  server = await startMailServer();
  const delivery = await sendBySmtp(server.url, MESSAGE, async () => {
    throw new Error("Another process claimed the email.");
  });
  expect(delivery).toEqual({ outcome: "not_sent", problem: "Another process claimed the email." });
  expect(server.mails).toEqual([]);
});

describe("with a password", () => {
  const options = {
    authOptional: false,
    onAuth: (auth, _, callback) =>
      auth.username === "ada" && auth.password === "p@ss word"
        ? callback(null, { user: "ada" })
        : callback(Object.assign(new Error("No such user"), { responseCode: 535 })),
  } satisfies SMTPServerOptions;
  // 0.0.0.0 is this machine, but counts as another one.
  const at = (url: string, login: string) => url.replace("//127.0.0.1", `//${login}@0.0.0.0`);
  beforeAll(() => setDefaultCACertificates([...getCACertificates("default"), CERTIFICATE]));

  test("it signs in over STARTTLS", async () => {
    server = await startMailServer(options);
    expect(await send(at(server.url, "ada:p%40ss%20word"))).toMatchObject({ outcome: "accepted" });
    expect(server.mails[0]?.recipient).toBe(MESSAGE.to);
  });

  test("it signs in over TLS from the start", async () => {
    server = await startMailServer({ ...options, secure: true });
    expect(await send(at(server.url, "ada:p%40ss%20word"))).toMatchObject({ outcome: "accepted" });
  });

  test("a wrong one is rejected, and the answer doesn't repeat it", async () => {
    server = await startMailServer(options);
    const delivery = await send(at(server.url, "ada:hunter2"));
    expect(delivery).toMatchObject({ outcome: "rejected", code: 535 });
    expect(JSON.stringify(delivery)).not.toContain("hunter2");
  });

  test("it is sent to another machine over TLS only", async () => {
    let isAsked = false;
    server = await startMailServer({
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
      onAuth: (_, __, callback) => {
        isAsked = true;
        callback(null, { user: "ada" });
      },
    });
    expect(await send(at(server.url, "ada:hunter2"))).toMatchObject({
      outcome: expect.stringMatching(/not_sent|rejected/),
    });
    expect(isAsked).toBe(false);
  });
});

test("a server whose certificate isn't trusted gets nothing", async () => {
  setDefaultCACertificates(getCACertificates("bundled"));
  server = await startMailServer({ secure: true });
  expect(await send(server.url)).toMatchObject({ outcome: "not_sent", isHandedOver: false });
  expect(server.mails).toEqual([]);
});
