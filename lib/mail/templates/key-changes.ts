import { template } from "#lib/mail/letter.ts";
import { keyWords, listWords, type MailedKey, utcWords } from "#lib/mail/templates/key-words.ts";

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

/**
 * Names no source and no address: the reporter's words have no place in a mail of ours. `ending`:
 * the production keys among them that are revoked later, if the account chose so.
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
          ? `The key ${keyWords(only)} was found in public and revoked. Requests with it fail.`
          : `${total} of your keys were found in public and revoked. Requests with them fail.`,
        ...(only ? [] : [listWords(keys, keyWords, total)]),
        "Create a new key, update your programs, and look at what the leaked one was used for.",
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
  const some = ending.total < total ? `The ${ending.total} production keys among them end` : "They end";
  return {
    subject: only ? `API key leaked: ${only.name}` : `${total} API keys leaked`,
    paragraphs: [
      only
        ? `The key ${keyWords(only)} was found in public. Rotate it now: it ends on ${end}.`
        : `${total} of your keys were found in public. ${some} on ${end}: rotate them now.${ending.total < total ? " The others are revoked." : ""}`,
      ...(only ? [] : [listWords(keys, keyWords, total)]),
      "Until then whoever found it can use it. Nothing postpones the end. Look at what the leaked key was used for.",
    ],
    link: only
      ? { label: "Rotate the key", path: `/settings/developer/${only.id}?open=rotate` }
      : { label: "See the keys", path: "/settings/developer" },
  };
}

/** `address` is null for a leak report, which counts as a use. */
export const decoyUsed = template<{ keys: MailedKey[]; total: number; address: string | null }>({
  isSecurity: true,
  write: ({ keys, total, address }) => {
    const [only] = total === 1 ? keys : [];
    return {
      subject: only ? `Decoy key used: ${only.name}` : `${total} decoy keys used`,
      paragraphs: [
        only && address
          ? `A request from ${address} used your decoy key ${keyWords(only)}. It was rejected.`
          : `${only ? `Your decoy key ${keyWords(only)} was` : `${total} of your decoy keys were`} found and reported.`,
        ...(only ? [] : [listWords(keys, keyWords, total)]),
        "Whoever used it has read the place where you put it. Treat everything else in that place as known to them.",
        "You hear of further uses at most once an hour.",
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
