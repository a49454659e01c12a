import { template } from "#lib/mail/letter.ts";
import { keyWords, listWords, type MailedKey } from "#lib/mail/templates/key-words.ts";

const USAGE = { label: "See your usage", path: "/settings/usage" };
const number = (value: number) => value.toLocaleString("en");
const creditsOf = (value: number) => `${number(value)} ${value === 1 ? "credit" : "credits"}`;

export const creditsLow = template<{ credits: number }>({
  isSecurity: false,
  setting: "credits",
  write: ({ credits }) => ({
    subject: credits === 0 ? "You have no credits left" : `You have ${creditsOf(credits)} left`,
    paragraphs: [
      credits === 0
        ? "Your account has no credits left. Requests that cost credits are rejected until you add some."
        : `Your account has ${creditsOf(credits)} left: a fifth or less of what you had when some were last added.`,
    ],
    link: USAGE,
  }),
});

export const quotaNear = template<{ requests: number; quota: number }>({
  isSecurity: false,
  setting: "quota",
  write: ({ requests, quota }) => ({
    subject: requests >= quota ? "Your monthly quota is used up" : "80% of your monthly quota is used",
    paragraphs: [
      `Your account has used ${number(Math.min(requests, quota))} of ${number(quota)} billable requests of this month.`,
      requests >= quota
        ? "Requests that cost credits are rejected until the first day of the next month (UTC)."
        : "When all are used, requests that cost credits are rejected until the first day of the next month (UTC).",
    ],
    link: USAGE,
  }),
});

export const spendingCapReached = template<{ keys: (MailedKey & { cap: number })[] }>({
  isSecurity: false,
  setting: "spending_caps",
  write: ({ keys }) => {
    const [only] = keys.length === 1 ? keys : [];
    return {
      subject: only
        ? `API key has spent its monthly credits: ${only.name}`
        : `${keys.length} API keys have spent their monthly credits`,
      paragraphs: [
        only
          ? `The key ${keyWords(only)} has spent the ${creditsOf(only.cap)} that it may spend in a month.`
          : `These keys have spent the credits that they may spend in a month:\n${listWords(keys, (key) => `${keyWords(key)}: ${number(key.cap)}`)}`,
        `Requests with ${only ? "it" : "them"} that cost credits are rejected until the first day of the next month (UTC), or until you raise the limit.`,
      ],
      link: only
        ? { label: "Open the key", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer" },
    };
  },
});
