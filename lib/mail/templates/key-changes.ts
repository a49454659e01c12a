import { template } from "#lib/mail/letter.ts";
import { keyWords, listWords, type MailedKey } from "#lib/mail/templates/key-words.ts";
import { shortAgent } from "#lib/usage/agent.ts";

const NOT_YOU = "If this wasn't you, change your password and look at your other keys.";

export const keyRotated = template<{ key: MailedKey; successorId: string }>({
  isSecurity: false,
  setting: "key_changes",
  write: ({ key, successorId }) => ({
    subject: `API key rotated: ${key.name}`,
    paragraphs: [`The key ${keyWords(key)} was rotated: a new key replaces it.`, NOT_YOU],
    link: { label: "Open the new key", path: `/settings/developer/${successorId}` },
  }),
});

/** One mail for all keys that an action revoked. `total` may be more than are named. */
export const keysRevoked = template<{ keys: MailedKey[]; total: number }>({
  isSecurity: false,
  setting: "key_changes",
  write: ({ keys, total }) => {
    const [only] = total === 1 ? keys : [];
    return {
      subject: only ? `API key revoked: ${only.name}` : `${total} API keys revoked`,
      paragraphs: [
        only ? `The key ${keyWords(only)} was revoked.` : `${total} keys were revoked:`,
        ...(only ? [] : [listWords(keys, keyWords, total)]),
        `Requests with ${only ? "it" : "them"} fail. ${NOT_YOU}`,
      ],
      link: only
        ? { label: "Open the key", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer?status=revoked" },
    };
  },
});

/** Names no source and no address: the reporter's words have no place in a mail of ours. */
export const keysLeaked = template<{ keys: MailedKey[]; total: number }>({
  isSecurity: true,
  write: ({ keys, total }) => {
    const [only] = total === 1 ? keys : [];
    return {
      subject: only
        ? `API key found in public, and revoked: ${only.name}`
        : `${total} API keys found in public, and revoked`,
      paragraphs: [
        only ? `The key ${keyWords(only)} was found in a public place.` : `${total} keys were found in public places:`,
        ...(only ? [] : [listWords(keys, keyWords, total)]),
        `Requests with ${only ? "it" : "them"} fail, also those of your own programs. Create a new key for them, and remove the old one from where it was found.`,
      ],
      link: only
        ? { label: "See where it was found", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer?status=revoked" },
    };
  },
});

/** Without an address the use is a report of a leak. */
export const decoyUsed = template<{ keys: MailedKey[]; total: number; address: string; userAgent: string }>({
  isSecurity: true,
  write: ({ keys, total, address, userAgent }) => {
    const [only] = total === 1 ? keys : [];
    const caller = address && ` It was used from ${address}${userAgent && ` by ${shortAgent(userAgent)}`}.`;
    return {
      subject: only ? `Decoy key used: ${only.name}` : `${total} decoy keys used`,
      paragraphs: [
        only
          ? `Someone used, or found, the decoy key ${keyWords(only)}.${caller}`
          : `Someone found decoy keys:\n${listWords(keys, keyWords, total)}`,
        "A decoy never works. Whoever used it has read the place where you put it: look at who can, and at the real keys there.",
      ],
      link: only
        ? { label: "Open the decoy", path: `/settings/developer/${only.id}` }
        : { label: "See the decoys", path: "/settings/developer?status=decoy" },
    };
  },
});

export const keyWidened = template<{ key: MailedKey; changes: string[] }>({
  isSecurity: true,
  write: ({ key, changes }) => ({
    subject: `API key may do more: ${key.name}`,
    paragraphs: [
      `The restrictions of the key ${keyWords(key)} were loosened:`,
      listWords(changes, (change) => change),
      NOT_YOU,
    ],
    link: { label: "Open the key", path: `/settings/developer/${key.id}` },
  }),
});
