import { randomUUID } from "node:crypto";
import { env } from "#lib/config/env.ts";
import { parseSender } from "#lib/config/mail-addresses.ts";
import { compose } from "#lib/mail/compose.ts";
import { listUndelivered, retryFailed } from "#lib/mail/dead-letters.ts";
import { sendBySmtp } from "#lib/mail/smtp.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { formatTable, formatTime } from "#scripts/table.ts";

export async function list(): Promise<string> {
  const mails = await listUndelivered();
  const rows = mails.map(({ id, kind, to, createdAt, attempts, dueAt, problem }) => ({
    id,
    kind,
    to,
    created: formatTime(createdAt),
    attempts,
    next: formatTime(dueAt, "failed"),
    problem: problem ?? "",
  }));
  return formatTable(rows) || "Every email is delivered.";
}

export async function retry(id?: string): Promise<string> {
  const retried = await retryFailed(id);
  if (id && retried === 0) throw new OperatorError(`No failed email has the ID ${id}, or its link has expired.`);
  return `${retried === 1 ? "1 email is" : `${retried} emails are`} queued again. The dashboard's process delivers them.`;
}

export async function test(address: string): Promise<string> {
  const { SMTP_URL, MAIL_FROM = "", PUBLIC_URL: publicUrl = "" } = env();
  if (!SMTP_URL) throw new OperatorError("SMTP_URL is not set, so no email is sent.");
  const from = parseSender(MAIL_FROM) ?? { name: "", address: MAIL_FROM };
  const letter = {
    subject: "GoodTake can send email",
    paragraphs: ["`npm run mail -- test` sent this email. The mail server accepts email from this installation."],
    link: { label: "Open the dashboard", path: "/" },
  };
  const content = await compose(letter, { id: randomUUID(), from, to: address, createdAt: new Date(), publicUrl });
  const delivery = await sendBySmtp(SMTP_URL, { from: from.address, to: address, content });
  if (delivery.outcome !== "accepted")
    throw new OperatorError(`The mail server did not accept the email: ${delivery.problem}`);
  return `The mail server accepted the email to ${address}: ${delivery.answer}`;
}
