import { template } from "#lib/mail/letter.ts";
import { keyWords, listWords, type MailedKey, utcWords } from "#lib/mail/templates/key-words.ts";

type Data = { keys: (MailedKey & { expiresAt: string })[] };

export const keysExpiring = template<Data>({
  isSecurity: false,
  setting: "expiry",
  write: ({ keys }) => {
    const [only] = keys.length === 1 ? keys : [];
    return {
      subject: only ? `API key expires soon: ${only.name}` : `${keys.length} API keys expire soon`,
      paragraphs: [
        ...(only
          ? [`The key ${keyWords(only)} expires on ${utcWords(only.expiresAt)}.`]
          : ["These keys expire soon:", listWords(keys, (key) => `${keyWords(key)}: ${utcWords(key.expiresAt)}`)]),
        `Requests with an expired key fail. To avoid an interruption, rotate ${only ? "the key" : "each key"} and move your programs to the new one before then.`,
      ],
      link: only
        ? { label: "Rotate the key", path: `/settings/developer/${only.id}?open=rotate` }
        : { label: "See the keys", path: "/settings/developer?finding=expiring" },
    };
  },
});

export const keysExpired = template<Data>({
  isSecurity: false,
  setting: "expiry",
  write: ({ keys }) => {
    const [only] = keys.length === 1 ? keys : [];
    return {
      subject: only ? `API key expired: ${only.name}` : `${keys.length} API keys expired`,
      paragraphs: [
        ...(only
          ? [`The key ${keyWords(only)} expired on ${utcWords(only.expiresAt)}.`]
          : ["These keys have expired:", listWords(keys, (key) => `${keyWords(key)}: ${utcWords(key.expiresAt)}`)]),
        "Requests with an expired key fail. If a program still needs access, create a new key.",
      ],
      link: only
        ? { label: "Open the key", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer?status=expired" },
    };
  },
});
