import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { CERTIFICATE, PRIVATE_KEY } from "#e2e/support/mail-certificate.ts";
import { until } from "#e2e/support/until.ts";

/**
 * The steps of an SMTP session at which the server can misbehave. `answer` is after the whole
 * message.
 */
export type Step = "connect" | "from" | "to" | "data" | "answer";
export type Fault =
  /** Closes every connection. */
  | "close"
  /** Never answers. */
  | "hang"
  /** Answers with this code. */
  | number;
/** A received mail, and the address it was sent to. */
export type ReceivedMail = ParsedMail & { recipient: string; raw: string };

export type MailServer = {
  url: string;
  port: number;
  /** Mails that the server has accepted or received whole before its answer was lost. */
  mails: ReceivedMail[];
  /** What the server does wrong, by step, until it is deleted. */
  faults: Partial<Record<Step, Fault>>;
  /** The steps with a fault that a session has come to. */
  reached: Step[];
  mailTo(recipient: string, subject?: string | RegExp): Promise<ReceivedMail>;
  stop(): Promise<void>;
};

/** Starts a real SMTP server, which keeps what it receives. */
export async function startMailServer(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const faults: MailServer["faults"] = {};
  const sockets = new Set<Socket>();
  const reached: Step[] = [];

  const at = (step: Step, callback: (error?: Error) => void): void => {
    const fault = faults[step];
    if (fault) reached.push(step);
    if (fault === "hang") return;
    if (fault === "close") for (const socket of sockets) socket.destroy();
    else if (fault) callback(Object.assign(new Error("Not now"), { responseCode: fault }));
    else callback();
  };
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    key: PRIVATE_KEY,
    cert: CERTIFICATE,
    closeTimeout: 0,
    onConnect: (_, callback) => at("connect", callback),
    onMailFrom: (_, __, callback) => at("from", callback),
    onRcptTo: (_, __, callback) => at("to", callback),
    async onData(stream, { envelope }, callback) {
      // The stream breaks when the client is gone.
      stream.on("error", () => {});
      if (faults.data) {
        await once(stream, "readable");
        return at("data", callback);
      }
      const raw = await buffer(stream).catch(() => undefined);
      if (!raw) return;
      if (typeof faults.answer !== "number")
        mails.push({
          ...(await simpleParser(raw)),
          recipient: String(envelope.rcptTo[0]?.address),
          raw: raw.toString(),
        });
      at("answer", callback);
    },
    ...options,
  });
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await once(server.listen(port, "127.0.0.1"), "listening");
  const bound = (server.server.address() as AddressInfo).port;
  return {
    url: `${options.secure ? "smtps" : "smtp"}://127.0.0.1:${bound}`,
    port: bound,
    mails,
    faults,
    reached,
    mailTo: (recipient, subject = /./) =>
      until(async () =>
        mails.findLast((mail) => mail.recipient === recipient && new RegExp(subject).test(mail.subject ?? "")),
      ),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The environment of a server that sends its mail there. */
export function mailSettings(server: Pick<MailServer, "url">): Record<string, string> {
  return {
    SMTP_URL: server.url,
    MAIL_FROM: "GoodTake <keys@goodtake.example>",
    PUBLIC_URL: "https://dashboard.example.com",
  };
}

/** Returns the only link of a mail. */
export function linkIn({ text }: Pick<ReceivedMail, "text">): string {
  const [link] = /^http\S+$/m.exec(text ?? "") ?? [];
  if (!link) throw new Error(`The mail has no link: ${text}`);
  return link;
}
