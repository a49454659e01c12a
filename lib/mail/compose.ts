import MailComposer from "nodemailer/lib/mail-composer";
import { printable } from "#lib/log.ts";
import type { Letter } from "#lib/mail/letter.ts";

export type Envelope = {
  id: string;
  from: { name: string; address: string };
  to: string;
  createdAt: Date;
  /** The dashboard's address. */
  publicUrl: string;
  /** Turns off this kind of notice. */
  unsubscribeUrl?: string | undefined;
};

/**
 * Builds the MIME message: plain text first, then simple HTML. Every attempt gets the same message
 * and Message-ID. Text from users is made printable and escaped, and an API key in it is cut.
 */
export function compose(
  letter: Letter,
  { id, from, to, createdAt, publicUrl, unsubscribeUrl }: Envelope,
): Promise<Buffer> {
  const { subject, paragraphs, link } = safe(letter);
  const url = `${publicUrl}${link.path}`;
  const switchable = unsubscribeUrl ? " You can turn off emails like this on your account page." : "";
  const footer = `Sent to ${to} about an account at ${new URL(publicUrl).host}.${switchable}`;
  const message = new MailComposer({
    from,
    to: { name: "", address: to },
    subject,
    messageId: `<${id}@${from.address.slice(from.address.indexOf("@") + 1)}>`,
    date: createdAt,
    baseBoundary: id,
    headers: {
      "Auto-Submitted": "auto-generated",
      // One click in the email client (RFC 8058).
      ...(unsubscribeUrl && {
        "List-Unsubscribe": `<${unsubscribeUrl}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      }),
    },
    text: [...paragraphs, `${link.label}:\n${url}`, `-- \n${footer}`].join("\n\n"),
    html: page(subject, paragraphs, { label: link.label, url }, footer),
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return message.compile().build();
}

function safe({ subject, paragraphs, link }: Letter): Letter {
  const lines = (text: string) => text.split("\n").map(printable).join("\n");
  return { subject: printable(subject), paragraphs: paragraphs.map(lines), link };
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:16px;line-height:1.5";

/** Uses few colors, which stay readable when an email client inverts them for dark mode. */
function page(title: string, paragraphs: string[], link: { label: string; url: string }, footer: string): string {
  const body = paragraphs.map((text) => `<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>@media (prefers-color-scheme: dark) { body { background: #111113 !important; color: #ededf0 !important } .footer { color: #a0a0a8 !important; border-color: #34343a !important } }</style>
</head>
<body style="margin:0;padding:24px 16px;background:#ffffff;color:#1a1a1e;${FONT}">
<div style="max-width:560px;margin:0 auto;overflow-wrap:anywhere">
<p style="margin-top:0;font-weight:600">GoodTake</p>
<h1 style="font-size:20px;line-height:1.3">${escapeHtml(title)}</h1>
${body}
<p style="margin:24px 0"><a href="${escapeHtml(link.url)}" style="display:inline-block;padding:10px 18px;border-radius:8px;background:#4338ca;color:#ffffff;font-weight:600;text-decoration:none">${escapeHtml(link.label)}</a></p>
<p class="footer" style="margin-top:32px;padding-top:16px;border-top:1px solid #e2e2e7;color:#5f5f68;font-size:13px">${escapeHtml(footer)}</p>
</div>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
