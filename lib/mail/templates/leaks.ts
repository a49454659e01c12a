import { template } from "#lib/mail/letter.ts";

const LIST = "/settings/developer";

/** `keys` are the first of `count`. What reporters wrote is never in a mail. */
export const keyLeaked = template<{ count: number; keys: { id: string; name: string }[] }>({
  isSecurity: true,
  write: ({ count, keys }) => {
    const [first] = keys;
    const one = count === 1 && first;
    return {
      subject: one ? `API key leaked: ${one.name}` : `${count} API keys leaked`,
      paragraphs: [
        `${one ? `Your key "${one.name}" was` : `${count} of your keys were`} found in public and revoked. Requests using ${one ? "it" : "them"} fail.`,
        ...(one ? [] : [keys.map(({ name }) => `• ${name}`).join("\n")]),
        "Create a new key, update your programs, and look at what the leaked one was used for.",
      ],
      link: { label: one ? "Open the key" : "Open your keys", path: one ? `${LIST}/${one.id}` : LIST },
    };
  },
});

/** `address` is null for a leak report, which counts as a use. */
export const decoyUsed = template<{ id: string; name: string; address: string | null }>({
  isSecurity: true,
  write: ({ id, name, address }) => ({
    subject: `Decoy key used: ${name}`,
    paragraphs: [
      address
        ? `A request from ${address} used your decoy key "${name}". It was rejected.`
        : `Your decoy key "${name}" was found and reported.`,
      "Whoever used it has read the place where you put it. Treat everything else in that place as known to them.",
      "Further uses are sent at most once an hour.",
    ],
    link: { label: "Open the decoy", path: `${LIST}/${id}` },
  }),
});
