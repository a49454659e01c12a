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
        ? "Your account has no credits left. Requests that cost credits are rejected until credits are added."
        : `Your account has ${creditsOf(credits)} left, 20% or less of your balance after credits were last added.`,
    ],
    link: USAGE,
  }),
});

export const quotaNear = template<{ requests: number; quota: number }>({
  isSecurity: false,
  setting: "quota",
  write: ({ requests, quota }) => ({
    subject: requests >= quota ? "You've used all of your monthly quota" : "You've used 80% of your monthly quota",
    paragraphs: [
      `Your account has used ${number(Math.min(requests, quota))} of this month's ${number(quota)} billable requests.`,
      requests >= quota
        ? "Requests that cost credits are rejected until the first day of next month (UTC)."
        : "Once you've used them all, requests that cost credits are rejected until the first day of next month (UTC).",
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
        ? `API key reached its spending cap: ${only.name}`
        : `${keys.length} API keys reached their spending caps`,
      paragraphs: [
        only
          ? `The key ${keyWords(only)} has spent its ${creditsOf(only.cap)} for this month.`
          : `These keys have spent their credits for this month:\n${listWords(keys, (key) => `${keyWords(key)}: ${number(key.cap)}`)}`,
        `${only ? "Its" : "Their"} requests that cost credits are rejected until the first day of next month (UTC), or until you raise the cap.`,
      ],
      link: only
        ? { label: "Open the key", path: `/settings/developer/${only.id}` }
        : { label: "See the keys", path: "/settings/developer" },
    };
  },
});
