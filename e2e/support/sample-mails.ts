import { simpleParser } from "mailparser";
import { compose } from "#lib/mail/compose.ts";
import { ALL_KINDS, type MailData, type MailKind, templateOf } from "#lib/mail/kinds.ts";

const KEY = { id: "019a", name: "Production App", prefix: "gt_abcd", environment: "production" };
const KEYS = [KEY, { ...KEY, name: 'مفتاح "الإنتاج" <b>' }, { ...KEY, name: "W".repeat(64) }];

/** Sample data for every kind of email. */
export const SAMPLES: { [Kind in MailKind]: MailData<Kind> } = {
  "account.verify_email": { seed: "seed" },
  "account.reset_password": { seed: "seed" },
  "account.password_changed": { sessionsEnded: 2 },
  "account.email_changed": { to: "grace@example.com" },
  "account.new_browser": {
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    address: "203.0.113.7",
  },
  "account.sign_in_method_changed": { provider: "google", change: "linked" },
  "api_key.created": KEY,
  "api_key.rotated": { key: KEY, successorId: "019b" },
  "api_key.revoked": { keys: KEYS, total: 500 },
  "api_key.leaked": { keys: [KEY], total: 1 },
  "api_key.decoy_used": { keys: [KEY], total: 1, address: "203.0.113.7" },
  "api_key.widened": { key: KEY, changes: ["Permissions: images:write", "Networks: any address"] },
  "api_key.expiring": { keys: KEYS.map((key) => ({ ...key, expiresAt: "2026-12-24T12:00:00.000Z" })) },
  "api_key.expired": { keys: [{ ...KEY, expiresAt: "2026-12-24T12:00:00.000Z" }] },
  "api_key.idle": {
    keys: KEYS.map((key) => ({
      ...key,
      lastUsedAt: "2026-09-24T12:00:00.000Z",
      disablesAt: "2026-12-24T12:00:00.000Z",
    })),
    total: 23,
  },
  "api_key.idle_disabled": {
    keys: [{ ...KEY, lastUsedAt: null, disablesAt: "2026-12-24T12:00:00.000Z" }],
    total: 1,
  },
  "api_key.new_network": { uses: [{ ...KEY, network: "203.0.113.0/24", agent: "python-requests/2.32.3" }] },
  "api_key.cap_reached": { keys: [{ ...KEY, cap: 1_000 }] },
  "credits.low": { credits: 20 },
  "quota.near": { requests: 800, quota: 1_000 },
  digest: { subjects: ["API key created: Production App", "API key revoked: Nightly"] },
};

/** Composes an email of each kind and parses it like an email client. */
export function sampleMails() {
  return Promise.all(
    ALL_KINDS.map(async (kind) => {
      const { setting, write } = templateOf(kind);
      const message = await compose(write(SAMPLES[kind] as never), {
        id: "019a",
        from: { name: "GoodTake", address: "keys@goodtake.example" },
        to: "ada@example.com",
        createdAt: new Date(),
        publicUrl: "https://dashboard.example.com",
        unsubscribeUrl: setting && "https://dashboard.example.com/unsubscribe/token",
      });
      return { kind, isSwitchable: setting !== undefined, mail: await simpleParser(message) };
    }),
  );
}
