import { expect, test } from "vitest";
import { sampleMails } from "#e2e/support/sample-mails.ts";

process.env.AUTH_SECRET = "a secret of these tests only";

test.each(await sampleMails())(
  "an email of the kind $kind has one link, the same in text and HTML",
  ({ mail, isSwitchable }) => {
    const links = (text: string | false | undefined) => [...new Set(String(text).match(/https?:\/\/[^\s"<]+/g))];
    expect(links(mail.text)).toHaveLength(1);
    expect(links(mail.html)).toEqual(links(mail.text));
    expect(links(mail.text)[0]).toMatch(/^https:\/\/dashboard\.example\.com\//);
    expect(mail.subject).toMatch(/^.{5,150}$/u);
    expect(mail.html).not.toMatch(/<b>|<img|<script/);
    expect(mail.headers.has("list")).toBe(isSwitchable);
  },
);
