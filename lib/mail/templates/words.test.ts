import { expect, test } from "vitest";
import { SAMPLES } from "#e2e/support/sample-mails.ts";
import { KINDS, type MailData, type MailKind, templateOf } from "#lib/mail/kinds.ts";

process.env.AUTH_SECRET = "a secret of these tests only";

function wordsOf<Kind extends MailKind>(kind: Kind, data: MailData<Kind>): string {
  const { subject, paragraphs } = templateOf(kind).write(data as never);
  return [subject, ...paragraphs].join("\n");
}
const KEY = { id: "019a", name: "App", prefix: "gt_abcd", environment: "production" };

test.each(Object.keys(KINDS) as MailKind[])(
  "an email of the kind %s writes dates and percentages like the dashboard",
  (kind) => {
    const words = wordsOf(kind, SAMPLES[kind] as never);
    expect(words).not.toMatch(/\d %/);
    for (const [date] of words.matchAll(/.{20}\b20\d\d\b/g)) expect(date).toMatch(/ [A-Z][a-z]+ \d{1,2}, 20\d\d$/);
  },
);

test("one credit and one key are written as one, and several keys as several", () => {
  expect(wordsOf("credits.low", { credits: 1 })).toMatch(/^You have 1 credit left\nYour account has 1 credit left,/);
  const capped = { ...KEY, cap: 1 };
  expect(wordsOf("api_key.cap_reached", { keys: [capped] })).toMatch(/its 1 credit for .*\nIts requests that/);
  expect(wordsOf("api_key.cap_reached", { keys: [capped, capped] })).toContain("Their requests that");
  const expiring = { ...KEY, expiresAt: "2026-12-24T12:00:00.000Z" };
  expect(wordsOf("api_key.expiring", { keys: [expiring] })).toContain("rotate the key");
  expect(wordsOf("api_key.expiring", { keys: [expiring, expiring] })).toContain("rotate each key");
});
