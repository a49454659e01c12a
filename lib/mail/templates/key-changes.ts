import { template } from "#lib/mail/letter.ts";
import { keyWords, listWords, type MailedKey, utcWords } from "#lib/mail/templates/key-words.ts";

const NOT_YOU = "If this wasn't you, change your password and review your other keys.";

export const keyRotated = template<{ key: MailedKey; successorId: string }>({
  isSecurity: false,
  setting: "key_changes",
  write: ({ key, successorId }) => ({
    subject: `API key rotated: ${key.name}`,
    paragraphs: [`The key ${keyWords(key)} was rotated. A new key replaces it.`, NOT_YOU],
    link: { label: "Open the new key", path: `/settings/developer/${successorId}` },
  }),
});

/** Covers all keys that one action revoked. `total` may be larger than the number of named keys. */
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

/**
 * Leaves out the report's source and URL, because anyone can write them. `ending` counts the
 * production keys that are revoked later, if the account chose that.
 */
export const keysLeaked = template<{ keys: MailedKey[]; total: number; ending?: { total: number; at: string } }>({
  isSecurity: true,
  write: ({ keys, total, ending }) => {
    const [only] = total === 1 ? keys : [];
    if (ending) return keysEnding(keys, total, ending);
    return {
      subject: only ? `API key leaked: ${only.name}` : `${total} API keys leaked`,
      paragraphs: [
        only
          ? `The key ${keyWords(only)} was reported as leaked and has been revoked. Requests with it fail.`
          : `${total} of your keys were reported as leaked and have been revoked. Requests with them fail.`,
        ...(only ? [] : [listWords(keys, keyWords, total)]),
        `Create a new key, update your programs, and check how the leaked ${only ? "key was" : "keys were"} used.`,
      ],
      link: only
        ? { label: "Open the key", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer?status=revoked" },
    };
  },
});

function keysEnding(keys: MailedKey[], total: number, ending: { total: number; at: string }) {
  const [only] = total === 1 ? keys : [];
  const end = utcWords(ending.at);
  const some =
    ending.total < total
      ? `${ending.total} production ${ending.total === 1 ? "key" : "keys"} among them will be revoked on ${end}. The others are already revoked.`
      : `They will be revoked on ${end}.`;
  return {
    subject: only ? `API key leaked: ${only.name}` : `${total} API keys leaked`,
    paragraphs: [
      only
        ? `The key ${keyWords(only)} was reported as leaked. Rotate it now: it will be revoked on ${end}.`
        : `${total} of your keys were reported as leaked. ${some} Rotate your keys now.`,
      ...(only ? [] : [listWords(keys, keyWords, total)]),
      `Until then, anyone who has ${only ? "the key" : "a key"} can use it. The revocation can't be postponed. Check how the leaked ${only ? "key was" : "keys were"} used.`,
    ],
    link: only
      ? { label: "Rotate the key", path: `/settings/developer/${only.id}?open=rotate` }
      : { label: "See the keys", path: "/settings/developer" },
  };
}

/** `address` is null for a leak report, which counts as a use of the decoy. */
export const decoyUsed = template<{ keys: MailedKey[]; total: number; address: string | null }>({
  isSecurity: true,
  write: ({ keys, total, address }) => {
    const [only] = total === 1 ? keys : [];
    return {
      subject: only ? `Decoy key used: ${only.name}` : `${total} decoy keys used`,
      paragraphs: [
        only && address
          ? `A request from ${address} used your decoy key ${keyWords(only)}. The request was rejected.`
          : `${only ? `Your decoy key ${keyWords(only)} was` : `${total} of your decoy keys were`} reported as leaked.`,
        ...(only ? [] : [listWords(keys, keyWords, total)]),
        `Someone has read the place where you put ${only ? "it" : "them"}. Assume that they have seen everything else there.`,
        "If it happens again, we'll email you at most once an hour.",
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
    subject: `API key restrictions relaxed: ${key.name}`,
    paragraphs: [
      `The restrictions on the key ${keyWords(key)} were relaxed. New settings:`,
      listWords(changes, (change) => change),
      NOT_YOU,
    ],
    link: { label: "Open the key", path: `/settings/developer/${key.id}` },
  }),
});
