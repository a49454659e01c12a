import { template } from "#lib/mail/letter.ts";
import { keyWords, listWords, type MailedKey, utcWords } from "#lib/mail/templates/key-words.ts";

/** `total` may be more keys than are named. `lastUsedAt` is null for a key that was never used. */
type Data = { keys: (MailedKey & { lastUsedAt: string | null; disablesAt: string })[]; total: number };

const lastUseWords = ({ lastUsedAt }: Data["keys"][number]) =>
  lastUsedAt ? `last used on ${utcWords(lastUsedAt)}` : "never used";

// Users can't turn these off: an owner who isn't told would lose working keys. They aren't security
// notices, because nothing is urgent, so the hourly limit may delay them.

export const keysIdle = template<Data>({
  isSecurity: false,
  write: ({ keys, total }) => {
    const [only] = total === 1 ? keys : [];
    return {
      subject: only ? `Unused API key will be disabled: ${only.name}` : `${total} unused API keys will be disabled`,
      paragraphs: [
        ...(only
          ? [
              `The key ${keyWords(only)} was ${lastUseWords(only)}. It will be disabled on ${utcWords(only.disablesAt)}.`,
            ]
          : [
              "These keys are unused and will be disabled:",
              listWords(
                keys,
                (key) => `${keyWords(key)}: ${lastUseWords(key)}, disabled on ${utcWords(key.disablesAt)}`,
                total,
              ),
            ]),
        `To keep ${only ? "the key" : "a key"} active, use it before then. You can enable a disabled key again. Revoke keys that you no longer need.`,
      ],
      link: only
        ? { label: "Open the key", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer?status=active" },
    };
  },
});

export const keysIdleDisabled = template<Data>({
  isSecurity: false,
  write: ({ keys, total }) => {
    const [only] = total === 1 ? keys : [];
    return {
      subject: only ? `Unused API key disabled: ${only.name}` : `${total} unused API keys disabled`,
      paragraphs: [
        ...(only
          ? [`The key ${keyWords(only)} was unused and is now disabled. It was ${lastUseWords(only)}.`]
          : [
              "These keys were unused and are now disabled:",
              listWords(keys, (key) => `${keyWords(key)}: ${lastUseWords(key)}`, total),
            ]),
        `Requests with ${only ? "it" : "them"} fail. If a program still needs access, enable ${only ? "the key" : "its key"} again.`,
      ],
      link: only
        ? { label: "Open the key", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer?status=disabled" },
    };
  },
});
