import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { printable } from "#lib/log.ts";

/** Waits this long for a connection and a greeting. */
const CONNECT_MS = 10_000;
/** RFC 5321 allows a server minutes. A delivery that takes longer than this is retried later. */
const DELIVERY_MS = 60_000;
const PROBLEM_MAX = 300;

export type Message = { from: string; to: string; content: Buffer };
export type Delivery =
  | { outcome: "accepted"; answer: string }
  /** The server answered with a temporary (4xx) or permanent (5xx) error. */
  | { outcome: "rejected"; code: number; problem: string }
  /** Failed before the message was handed over, so the server doesn't have it. */
  | { outcome: "not_sent"; problem: string }
  /** Handed over, but the server didn't answer. */
  | { outcome: "unknown"; problem: string };

/**
 * Sends one message over its own connection. Never rejects.
 *
 * @param beforeData runs after the server accepts DATA and before the first byte of the message.
 * Nothing is sent if it rejects.
 */
export async function sendBySmtp(
  smtpUrl: string,
  { from, to, content }: Message,
  beforeData: () => Promise<void> = async () => {},
  deliveryMs = DELIVERY_MS,
): Promise<Delivery> {
  const { connection: options, login } = parse(smtpUrl, deliveryMs);
  const connection = new SMTPConnection(options);
  const cutOff = Promise.withResolvers<never>();
  cutOff.promise.catch(() => {});
  connection.on("error", cutOff.reject);
  // Deferred, so that the server's reason for closing the connection is read first.
  connection.on("end", () => setImmediate(() => cutOff.reject(new Error("The mail server closed the connection."))));
  const timer = setTimeout(
    () => cutOff.reject(new Error(`The mail server took longer than ${deliveryMs / 1_000} s.`)),
    deliveryMs,
  );
  let isHandedOver = false;
  const body = contentAfter(content, async () => {
    await beforeData();
    isHandedOver = true;
  });
  const converse = async () => {
    await called((done) => connection.connect(done));
    if (login) await called((done) => connection.login(login, done));
    return called<{ response: string }>((done) =>
      connection.send({ from, to: [to], size: content.length }, body, done),
    );
  };
  try {
    const { response } = await Promise.race([converse(), cutOff.promise]);
    connection.quit();
    return { outcome: "accepted", answer: printable(response) };
  } catch (error) {
    connection.close();
    return failure(error as SmtpError, isHandedOver);
  } finally {
    clearTimeout(timer);
  }
}

type SmtpError = Error & { code?: string; responseCode?: number };

function failure(error: SmtpError, isHandedOver: boolean): Delivery {
  const problem = printable(error.message).slice(0, PROBLEM_MAX);
  // An address that nodemailer doesn't even offer to the server, such as one with "<".
  const { responseCode: code = error.code === "EENVELOPE" ? 553 : 0 } = error;
  if (code >= 400) return { outcome: "rejected", code, problem };
  return { outcome: isHandedOver ? "unknown" : "not_sent", problem };
}

/**
 * Makes a stream that runs `before` when it is first read, which is after the server accepts DATA.
 */
function contentAfter(content: Buffer, before: () => Promise<void>): Readable {
  let isAsked = false;
  return new Readable({
    read() {
      if (isAsked) return;
      isAsked = true;
      before().then(
        () => {
          this.push(content);
          this.push(null);
        },
        (error) => this.destroy(error),
      );
    },
  });
}

function called<T = unknown>(run: (done: (error?: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => run((error, value) => (error ? reject(error) : resolve(value as T))));
}

/**
 * Requires TLS to send a password. Uses no TLS for a mail server on this machine, which usually has
 * no trusted certificate.
 */
function parse(smtpUrl: string, deliveryMs: number) {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = protocol === "smtps:";
  const isOwn = host === "localhost" || host === "::1" || host.startsWith("127.");
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    login: user ? { user, pass } : undefined,
    connection: {
      host,
      port: Number(port) || (secure ? 465 : 587),
      secure,
      ignoreTLS: isOwn,
      requireTLS: Boolean(user) && !isOwn,
      connectionTimeout: Math.min(CONNECT_MS, deliveryMs),
      greetingTimeout: Math.min(CONNECT_MS, deliveryMs),
      socketTimeout: deliveryMs,
    },
  };
}
