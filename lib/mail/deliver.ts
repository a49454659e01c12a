import { setTimeout as sleep } from "node:timers/promises";
import { env } from "#lib/config/env.ts";
import { parseSender } from "#lib/config/mail-addresses.ts";
import { log } from "#lib/log.ts";
import { compose } from "#lib/mail/compose.ts";
import { templateOf } from "#lib/mail/kinds.ts";
import { noteOutcome, observeOutbox } from "#lib/mail/mail-metrics.ts";
import { type ClaimedMail, claimMail, LEASE_S, markHandedOver, settleMail } from "#lib/mail/outbox.ts";
import { type Delivery, sendBySmtp } from "#lib/mail/smtp.ts";
import { unsubscribeToken } from "#lib/mail/unsubscribe-token.ts";

/** Deliveries at the same time: one can take seconds, and mail servers limit connections. */
const AT_ONCE = 4;
const POLL_MS = 1_000;
/** Pauses all deliveries after a failed connection: 2 s, doubling up to a minute. */
const PAUSE = { firstMs: 2_000, maxMs: 60_000 };
const SETTLE_RETRY_MS = 1_000;

/** Delivers the outbox until it is stopped. */
export type MailDelivery = {
  /** Claims no more emails and waits for those that are being sent. */
  stop(): Promise<void>;
};

/** Delivers the outbox until it is stopped. Does nothing without `SMTP_URL`. */
export function startDelivery(): MailDelivery {
  const { SMTP_URL } = env();
  if (!SMTP_URL) return { stop: async () => {} };
  const stopped = new AbortController();
  const observed = observeOutbox(stopped.signal);
  const working = work(SMTP_URL, stopped.signal);
  return {
    async stop() {
      stopped.abort();
      await Promise.all([working, observed]);
    },
  };
}

async function work(smtpUrl: string, signal: AbortSignal): Promise<void> {
  const sending = new Set<Promise<void>>();
  const wait = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  let pauseMs = 0;
  while (!signal.aborted) {
    if (sending.size >= AT_ONCE) {
      await Promise.race(sending);
      continue;
    }
    if (pauseMs > 0) await wait(pauseMs);
    const mail = signal.aborted ? undefined : await claimMail().catch(warn);
    if (!mail) {
      await wait(POLL_MS);
      continue;
    }
    if (mail === "settled") continue;
    const sent = deliverMail(smtpUrl, mail, signal).then((delivery) => {
      pauseMs = delivery.outcome === "not_sent" ? Math.min(Math.max(pauseMs * 2, PAUSE.firstMs), PAUSE.maxMs) : 0;
      sending.delete(sent);
    });
    sending.add(sent);
    // Tries a mail server that was down with one email, not with several.
    if (pauseMs > 0) await sent;
  }
  await Promise.all(sending);
}

/** Sends one email that this process has claimed, and records the outcome. Never rejects. */
export async function deliverMail(smtpUrl: string, mail: ClaimedMail, signal?: AbortSignal): Promise<Delivery> {
  const delivery = await attempt(smtpUrl, mail);
  const settled = await untilSettled(mail, delivery, signal);
  noteOutcome(mail, settled, delivery.outcome === "accepted" ? undefined : delivery.problem);
  return delivery;
}

async function attempt(smtpUrl: string, mail: ClaimedMail): Promise<Delivery> {
  const { MAIL_FROM = "", PUBLIC_URL: publicUrl = "" } = env();
  const from = parseSender(MAIL_FROM) ?? { name: "", address: "" };
  let content: Buffer;
  try {
    const { setting, write } = templateOf(mail.kind);
    const unsubscribeUrl = setting && `${publicUrl}/unsubscribe/${unsubscribeToken(mail.userId, setting)}`;
    content = await compose(write(mail.data as never), { ...mail, from, publicUrl, unsubscribeUrl });
  } catch (error) {
    log().error({ err: error, mail: mail.id, kind: mail.kind }, "an email could not be written");
    return { outcome: "rejected", code: 554, problem: "The email could not be written; the log says why." };
  }
  return sendBySmtp(smtpUrl, { from: from.address, to: mail.to, content }, () => markHandedOver(mail));
}

/**
 * Retries while the database is unavailable, because the outcome would become unknown when the
 * lease ends.
 */
async function untilSettled(
  mail: ClaimedMail,
  delivery: Delivery,
  signal?: AbortSignal,
): Promise<"sent" | "failed" | "retried"> {
  for (let left = LEASE_S; ; left -= 1) {
    try {
      return await settleMail(mail, delivery);
    } catch (error) {
      warn(error);
      if (left === 0 || signal?.aborted) return delivery.outcome === "accepted" ? "sent" : "retried";
      await sleep(SETTLE_RETRY_MS);
    }
  }
}

function warn(error: unknown): undefined {
  log().warn({ err: error }, "the outbox can't be reached and will be retried");
}
